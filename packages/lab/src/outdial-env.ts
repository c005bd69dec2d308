import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';

const OURS =
  /^(LIVEKIT|SIP|CARTESIA|OPENAI|BRIDGE|AGENT|OUTDIAL|CALLBACK|CALLER|CALLING|DATABASE|TRANSFER|STT|TTS|LLM|VAD|TURN|MAX|CALLS|RING|RECORD|RETENTION|DESTINATION|ALLOWED|ALLOW|DEFAULT|LOG)_[A-Z_]+$|^(VAD|PLAYBOOKS_DIR|ACCOUNT_CODE_HEADER|COST_PER_MINUTE)$/;

/** An empty value counts as unset: what the caller's shell holds of our names does not reach the apps. */
const blanked = (): Record<string, string> =>
  Object.fromEntries(Object.keys(process.env).flatMap((name) => (OURS.test(name) ? [[name, '']] : [])));

const newKeys = (): string =>
  `lab:${randomBytes(24).toString('base64url').replace(/^-/, 'k')}:dispatch+read+admin`;

/** The environment that bridge and agent share, `given` above all else. */
export const outdialEnv = (own: {
  port: number;
  healthPort: number;
  dataDir: string;
  given: Readonly<Record<string, string>>;
}): Record<string, string> & { BRIDGE_URL: string; BRIDGE_API_KEYS: string } => ({
  ...blanked(),
  BRIDGE_PORT: String(own.port),
  BRIDGE_URL: `http://127.0.0.1:${own.port}`,
  BRIDGE_API_KEYS: newKeys(),
  AGENT_HEALTH_PORT: String(own.healthPort),
  AGENT_REPORT_SECRET: randomBytes(32).toString('hex'),
  DATA_DIR: own.dataDir,
  // The apps run in a folder of their own.
  PLAYBOOKS_DIR: resolve(import.meta.dirname, '../../../playbooks'),
  LOG_LEVEL: 'DEBUG',
  ...own.given,
});

/** The secret of the first of `BRIDGE_API_KEYS`, `name:secret[:rights]`. */
export const firstSecret = (keys: string): string => {
  const secret = keys.split(',')[0]?.split(':')[1];
  if (secret === undefined) throw new Error(`BRIDGE_API_KEYS holds no name:secret in its first place`);
  return secret;
};
