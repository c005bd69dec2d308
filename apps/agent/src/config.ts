import {
  checkCallerDefaults,
  choice,
  list,
  matching,
  number,
  optional,
  sharedEnvironment,
  withDefault,
} from '@outdial/runtime';
import { checkHeaderName, DIAL_FORMATS, RING_TIMEOUT_SECONDS } from '@outdial/telephony';
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

  SIP_TRUNK_TRANSPORT: choice(['udp', 'tcp', 'tls'], 'udp', 'Transport to the carrier: udp, tcp or tls.'),
  SIP_TRUNK_USERNAME: optional('Login at the carrier (auth ID).'),
  SIP_TRUNK_PASSWORD: optional('Password of that login.'),
  SIP_IDENTITY_HEADER: choice(
    ['none', 'P-Asserted-Identity', 'P-Preferred-Identity', 'Remote-Party-ID'],
    'none',
    'Header that carries the caller number when From must be the auth ID (SIP_FROM_IDENTITY).',
  ),
  SIP_FROM_HOST: optional(
    'Host in From of calls sent without SIP_TRUNK_ID; a trunk in LiveKit holds its own.',
  ),
  SIP_DESTINATION_COUNTRY: withDefault('au', 'Where LiveKit Cloud places calls from, without SIP_TRUNK_ID.'),
  SIP_CODECS: list('Only these codecs are offered, a comma between them, e.g. PCMA.'),
  SIP_DIAL_FORMAT: choice(
    DIAL_FORMATS,
    'e164_digits',
    'How numbers are dialled: e164_digits 61402012298, e164_plus +61402012298, national 0402012298.',
  ),
  ACCOUNT_CODE_HEADER: withDefault(
    'X-Account-Code',
    'Header that carries account_code on INVITE, REFER and second legs.',
    (name) => {
      const checked = checkHeaderName(name);
      return checked.status === 'ok' ? null : checked.reason;
    },
  ),
  TRANSFER_MODE: choice(
    ['auto', 'refer', 'bridge'],
    'auto',
    'How a call is transferred. auto: by REFER, and by a second leg when that is refused; refer: REFER only; bridge: a second leg only.',
  ),
  TRANSFER_RING_SECONDS: number(
    { min: RING_TIMEOUT_SECONDS.min, max: RING_TIMEOUT_SECONDS.max, default: 30 },
    'How long a transfer target may ring.',
  ),
  TRANSFER_URI: choice(
    ['tel', 'sip'],
    'tel',
    'Form of Refer-To for numbers: tel, or sip with TRANSFER_HOST.',
  ),

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
    if (config.SIP_IDENTITY_HEADER !== 'none' && config.SIP_FROM_IDENTITY === null) {
      problem(
        'SIP_IDENTITY_HEADER',
        `${config.SIP_IDENTITY_HEADER} needs SIP_FROM_IDENTITY, the auth ID that goes into From.`,
      );
    }
    if (config.SIP_IDENTITY_HEADER !== 'none' && config.SIP_FROM_NUMBER === null) {
      problem(
        'SIP_IDENTITY_HEADER',
        `${config.SIP_IDENTITY_HEADER} needs SIP_FROM_NUMBER, the number that it carries.`,
      );
    }
    if (
      config.SIP_IDENTITY_HEADER !== 'none' &&
      config.SIP_FROM_HOST === null &&
      config.SIP_TRUNK_HOST === null
    ) {
      problem(
        'SIP_IDENTITY_HEADER',
        `${config.SIP_IDENTITY_HEADER} needs SIP_FROM_HOST or SIP_TRUNK_HOST, its host.`,
      );
    }
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
