import { checkCallerId, checkCallerName, isCallerIdAllowed, RING_TIMEOUT_SECONDS } from '@outdial/telephony';
import type { z } from 'zod';
import {
  type Check,
  choice,
  flag,
  list,
  matching,
  number,
  optional,
  required,
  withDefault,
} from './fields.ts';

const country: Check = (text) =>
  /^[A-Za-z]{2}$/.test(text) ? null : `"${text}" is not the two letters of a country, such as AU.`;

/** Where playbooks are looked for; only a folder that was named otherwise must be there. */
export const DEFAULT_PLAYBOOKS_DIR = './playbooks';

/** The variables that bridge and agent both read; each app adds its own. */
export const sharedEnvironment = {
  LIVEKIT_URL: required(
    'Where LiveKit is: wss://… of LiveKit Cloud, or ws:// of your own server.',
    matching(/^(wss?|https?):\/\/\S+$/, 'It must begin with wss://, ws://, https:// or http://.'),
  ),
  LIVEKIT_API_KEY: required('API key of the LiveKit project.'),
  LIVEKIT_API_SECRET: required('API secret of the LiveKit project.'),
  AGENT_NAME: withDefault('nehos-outbound-agent', 'The name that the agents register under.'),
  AGENT_REPORT_SECRET: required(
    'The secret that bridge and agent sign with; the same in both, at least 32 characters.',
    matching(/^[ -~]{32,}$/, 'It needs at least 32 characters, all of ASCII (try: openssl rand -hex 24).'),
  ),
  DATA_DIR: withDefault('./data', 'The folder for what is kept on disk.'),
  PLAYBOOKS_DIR: withDefault(
    DEFAULT_PLAYBOOKS_DIR,
    'The folder of playbooks, <name>.md; a change in it counts from the next call on.',
  ),

  SIP_TRUNK_ID: optional(
    'Outbound trunk in LiveKit, ST_…; unset: the trunk is sent with each call from the SIP_TRUNK_… names.',
    matching(/^ST_/, 'It must begin with ST_, as LiveKit names trunks.'),
  ),
  SIP_TRUNK_HOST: optional(
    'The carrier, host or host:port. Transfers to sip: targets may go to this host, too.',
  ),
  SIP_FROM_NUMBER: optional('Default caller ID: a number that the carrier approved.'),
  SIP_FROM_IDENTITY: optional('Default caller ID when it is a name, not a number (the auth ID).'),
  SIP_DISPLAY_NAME: optional('Default display name in From.'),
  TRANSFER_HOST: optional('Host of sip: transfer targets and of a sip: Refer-To; the trunk host when unset.'),
  CALLER_ID_FALLBACK: choice(
    ['destination', 'refuse'],
    'destination',
    'With no caller ID from anywhere: destination (most carriers refuse it) or refuse.',
  ),
  CALLER_IDS_ALLOWED: list('Caller IDs that may be used, a comma between them; unset: any.'),
  DEFAULT_COUNTRY: withDefault('AU', 'The country in which national numbers are read.', country),
  ALLOWED_COUNTRIES: list('Countries that may be dialled, a comma between them.', 'AU', country),
  ALLOW_FICTITIOUS_NUMBERS: flag('Whether numbers reserved for fiction may be dialled; for the lab only.'),

  MAX_CONCURRENT_CALLS: number({ min: 1, max: 1000, default: 4 }, 'Calls at once, across all bridges.'),
  RING_TIMEOUT_SECONDS: number(
    { min: RING_TIMEOUT_SECONDS.min, max: RING_TIMEOUT_SECONDS.max, default: RING_TIMEOUT_SECONDS.default },
    'How long a phone may ring.',
  ),
  MAX_CALL_SECONDS: number({ min: 10, max: 14_400, default: 840 }, 'How long a call may last.'),

  LOG_LEVEL: choice(['INFO', 'DEBUG'], 'INFO', 'INFO or DEBUG.'),
  LOG_PII: flag('Whether numbers and names stand unmasked in logs.'),
} as const;

type SharedConfig = z.output<z.ZodObject<typeof sharedEnvironment>>;
type CallerNames = Pick<
  SharedConfig,
  'SIP_FROM_NUMBER' | 'SIP_FROM_IDENTITY' | 'SIP_DISPLAY_NAME' | 'CALLER_IDS_ALLOWED' | 'DEFAULT_COUNTRY'
>;

/** Finds default caller IDs and names that could never be sent; for `superRefine`. */
export const checkCallerDefaults = (config: CallerNames, context: z.RefinementCtx): void => {
  const problem = (name: string, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message });
  for (const name of ['SIP_FROM_NUMBER', 'SIP_FROM_IDENTITY'] as const) {
    const value = config[name];
    if (value === null) continue;
    const checked = checkCallerId(value);
    if (checked.status === 'invalid') problem(name, checked.reason);
    else if (!isCallerIdAllowed(value, config.CALLER_IDS_ALLOWED, config.DEFAULT_COUNTRY)) {
      problem(name, 'It is not in CALLER_IDS_ALLOWED; add it there.');
    }
  }
  const name = config.SIP_DISPLAY_NAME === null ? null : checkCallerName(config.SIP_DISPLAY_NAME);
  if (name?.status === 'invalid') problem('SIP_DISPLAY_NAME', name.reason);
};

/** `LOG_LEVEL` as the logger takes it. */
export const logOptions = (
  name: string,
  config: Pick<SharedConfig, 'LOG_LEVEL' | 'LOG_PII'>,
): { readonly name: string; readonly level: 'info' | 'debug'; readonly logPii: boolean } => ({
  name,
  level: config.LOG_LEVEL === 'DEBUG' ? 'debug' : 'info',
  logPii: config.LOG_PII,
});

export type { SharedConfig };
