export { type AgentMark, readAgentMark, writeAgentMark } from './agent-mark.ts';
export {
  callsPerSecond,
  carrierEnvironment,
  checkIdentityHeader,
  fromSettingsOf,
  transferMode,
  transferUri,
} from './carrier-environment.ts';
export { ConfigError, parseConfig } from './config.ts';
export { callerIdSettingsOf, dialPolicyOf, transferHostsOf } from './dial-settings.ts';
export { type EnvSection, renderEnvExample } from './env-example.ts';
export { type Environment, loadEnvironment } from './environment.ts';
export {
  type Check,
  choice,
  entriesOf,
  flag,
  list,
  matching,
  number,
  optional,
  refuse,
  required,
  withDefault,
} from './fields.ts';
export { createLogger, type Logger, type LogOptions } from './logger.ts';
export { maskPrivate } from './mask.ts';
export { isProcessAlive } from './process-alive.ts';
export { identifyProcess, isStillRunning, type ProcessIdentity } from './process-identity.ts';
export { mayBeSigned, type SignatureHeaders, signReport, verifyReport } from './report-signature.ts';
export {
  checkCallerDefaults,
  DEFAULT_PLAYBOOKS_DIR,
  logOptions,
  type SharedConfig,
  sharedEnvironment,
} from './shared-environment.ts';
export { checkSigningSecret, newSigningSecret } from './signing-secret.ts';
