import {
  carrierEnvironment,
  checkCallerDefaults,
  checkIdentityHeader,
  matching,
  number,
  optional,
  sharedEnvironment,
  transferMode,
  transferUri,
  withDefault,
} from '@outdial/runtime';
import { RING_TIMEOUT_SECONDS } from '@outdial/telephony';
import { z } from 'zod';
import { speechProblems } from './speech/check-speech.ts';
import { speechEnvironment } from './speech/environment.ts';

/** The names that only the agent reads, what each means (`description`) and its default (`meta().default`). */
export const agentEnvironment = {
  BRIDGE_URL: withDefault(
    'http://127.0.0.1:8080',
    'Where the agent reaches the bridge.',
    matching(/^https?:\/\/\S+$/, 'It must be a URL such as http://127.0.0.1:8080.'),
  ),
  AGENT_HEALTH_HOST: withDefault('127.0.0.1', 'The address of the worker’s health port.'),
  AGENT_HEALTH_PORT: number({ min: 0, max: 65_535, default: 0 }, 'The worker’s health port; 0: a free one.'),
  AGENT_SPOOL_DIR: optional('Where final reports wait for a bridge that is away; default DATA_DIR/spool.'),

  ...carrierEnvironment,
  TRANSFER_MODE: transferMode,
  TRANSFER_RING_SECONDS: number(
    { min: RING_TIMEOUT_SECONDS.min, max: RING_TIMEOUT_SECONDS.max, default: 30 },
    'How long a transfer target may ring.',
  ),
  TRANSFER_URI: transferUri,

  ...speechEnvironment,
} as const;

/** Everything the agent reads from its environment; parse with `parseConfig`. */
export const agentConfigSchema = z
  .object({ ...sharedEnvironment, ...agentEnvironment })
  .superRefine((config, context) => {
    checkCallerDefaults(config, context);
    const problem = (name: string, message: string) =>
      context.addIssue({ code: 'custom', path: [name], message });
    if (config.SIP_TRUNK_ID === null && config.SIP_TRUNK_HOST === null) {
      problem(
        'SIP_TRUNK_ID',
        'Neither SIP_TRUNK_ID nor SIP_TRUNK_HOST is set; set one to have a trunk to dial over.',
      );
    }
    checkIdentityHeader(config, context);
    for (const { name, message } of speechProblems(config)) problem(name, message);
    if (config.TRANSFER_URI === 'sip' && config.TRANSFER_HOST === null && config.SIP_TRUNK_HOST === null) {
      problem('TRANSFER_URI', 'sip needs TRANSFER_HOST or SIP_TRUNK_HOST, the host of the Refer-To.');
    }
  });

/** The agent's configuration, parsed. */
export type AgentConfig = z.output<typeof agentConfigSchema>;

/** Folder in which final reports wait for the bridge. */
export const spoolDir = (config: AgentConfig): string => config.AGENT_SPOOL_DIR ?? `${config.DATA_DIR}/spool`;

/** Folder in which the words and the sound of ended calls wait for the bridge. */
export const aftermathDir = (config: AgentConfig): string => `${spoolDir(config)}/ended`;

/** Folder in which job processes mark the calls that they hold. */
export const callMarksDir = (config: AgentConfig): string => `${config.DATA_DIR}/calls`;
