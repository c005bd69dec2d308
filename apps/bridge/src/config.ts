import { isIP } from 'node:net';
import { checkCallerId, checkCallerName, isCallerIdAllowed, RING_TIMEOUT_SECONDS } from '@outdial/telephony';
import { z } from 'zod';
import { parseApiKeys } from './domain/api-keys.ts';
import type { DialSettings } from './domain/guard-rails.ts';

const refuse = (context: z.RefinementCtx, message: string): typeof z.NEVER => {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
};

const required = (meaning: string) => z.string().describe(meaning);

const optional = (meaning: string) =>
  z
    .string()
    .optional()
    .transform((value) => value ?? null)
    .describe(meaning);

const withDefault = (value: string, meaning: string) =>
  z.string().default(value).describe(meaning).meta({ default: value });

const number = (options: { min: number; max: number; default: number; whole?: boolean }, meaning: string) =>
  z
    .string()
    .default(String(options.default))
    .transform((text, context) => {
      const value = Number(text);
      const fits = text.trim() !== '' && value >= options.min && value <= options.max;
      if (fits && (options.whole === false || Number.isInteger(value))) return value;
      const kind = options.whole === false ? 'a number' : 'a whole number';
      return refuse(context, `"${text}" is not ${kind} from ${options.min} to ${options.max}.`);
    })
    .describe(meaning)
    .meta({ default: String(options.default) });

const choice = <const T extends readonly [string, ...string[]]>(
  names: T,
  fallback: T[number],
  meaning: string,
) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const found: T[number] | undefined = names.find(
        (name) => name.toLowerCase() === text.trim().toLowerCase(),
      );
      return found ?? refuse(context, `"${text}" is not one of ${names.join(', ')}.`);
    })
    .describe(meaning)
    .meta({ default: fallback });

const flag = (meaning: string) =>
  choice(['false', 'true'], 'false', meaning)
    .transform((word) => word === 'true')
    .describe(meaning)
    .meta({ default: 'false' });

const list = (meaning: string, fallback = '', check: (entry: string) => string | null = () => null) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const entries = text
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== '');
      for (const problem of entries.map(check)) if (problem !== null) return refuse(context, problem);
      return entries;
    })
    .describe(meaning)
    .meta({ default: fallback });

const isCountry = (text: string): boolean => /^[A-Za-z]{2}$/.test(text);
const NOT_A_COUNTRY = 'is not the two letters of a country, such as AU.';

const checkAddress = (entry: string): string | null => {
  const [address = '', bits, ...rest] = entry.split('/');
  const most = isIP(address) === 6 ? 128 : 32;
  const bitsFit = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
  return isIP(address) !== 0 && bitsFit && rest.length === 0
    ? null
    : `"${entry}" is not an address or a CIDR range, such as 10.0.0.0/8.`;
};

/** The bridge's environment: every name it reads, what it means (`description`) and its default (`meta().default`). */
export const bridgeConfigSchema = z
  .object({
    LIVEKIT_URL: required('Where LiveKit is: wss://… of LiveKit Cloud, or ws:// of your own server.').regex(
      /^(wss?|https?):\/\/\S+$/,
      'It must begin with wss://, ws://, https:// or http://.',
    ),
    LIVEKIT_API_KEY: required('API key of the LiveKit project.'),
    LIVEKIT_API_SECRET: required('API secret of the LiveKit project.'),
    AGENT_NAME: withDefault('nehos-outbound-agent', 'The name that the agents register under.'),

    BRIDGE_API_KEYS: z
      .string()
      .transform((text, context) => {
        const parsed = parseApiKeys(text);
        return parsed.status === 'ok' ? parsed.keys : refuse(context, `${parsed.problems.join('; ')}.`);
      })
      .describe(
        'Keys of the HTTP API: name:secret[:dispatch+read+admin], a comma between keys, secrets of at least 32 characters.',
      ),
    AGENT_REPORT_SECRET: required(
      'The secret that bridge and agent sign with; the same in both, at least 32 characters.',
    ).min(32, 'It needs at least 32 characters (try: openssl rand -hex 24).'),
    BRIDGE_HOST: withDefault('127.0.0.1', 'The address that the bridge listens on.'),
    BRIDGE_PORT: number({ min: 0, max: 65_535, default: 8080 }, 'The port that the bridge listens on.'),
    BRIDGE_TRUST_PROXY: list(
      'Addresses (CIDR list) of proxies whose X-Forwarded-For is believed.',
      '',
      checkAddress,
    ),

    DATABASE_URL: z
      .string()
      .regex(/^postgres(ql)?:\/\/\S+$/, 'It must begin with postgres://.')
      .optional()
      .transform((value) => value ?? null)
      .describe('postgres://… of your Postgres. Unset: an embedded database under DATA_DIR.'),
    DATA_DIR: withDefault('./data', 'The folder for what the bridge keeps.'),

    SIP_FROM_NUMBER: optional('Default caller ID: a number that the carrier approved.'),
    SIP_FROM_IDENTITY: optional('Default caller ID when it is a name, not a number.'),
    SIP_DISPLAY_NAME: optional('Default display name in From.'),
    SIP_TRUNK_HOST: optional('The carrier. Transfers to sip: targets may go to this host.'),
    TRANSFER_HOST: optional('Host of sip: transfer targets; the trunk host when unset.'),
    CALLER_ID_FALLBACK: choice(
      ['destination', 'refuse'],
      'destination',
      'With no caller ID from anywhere: destination (most carriers refuse it) or refuse.',
    ),
    CALLER_IDS_ALLOWED: list('Caller IDs that may be used, a comma between them; unset: any.'),
    DEFAULT_COUNTRY: withDefault('AU', 'The country in which national numbers are read.').refine(isCountry, {
      error: `It ${NOT_A_COUNTRY}`,
    }),
    ALLOWED_COUNTRIES: list('Countries that may be dialled, a comma between them.', 'AU', (entry) =>
      isCountry(entry) ? null : `"${entry}" ${NOT_A_COUNTRY}`,
    ),
    ALLOW_FICTITIOUS_NUMBERS: flag('Whether numbers reserved for examples may be dialled; for the lab only.'),

    MAX_CONCURRENT_CALLS: number({ min: 1, max: 1000, default: 4 }, 'Calls at once, across all bridges.'),
    CALLS_PER_SECOND: number(
      { min: 0.01, max: 100, default: 1, whole: false },
      'Calls started per second, across all bridges.',
    ),
    RING_TIMEOUT_SECONDS: number(
      { min: RING_TIMEOUT_SECONDS.min, max: RING_TIMEOUT_SECONDS.max, default: RING_TIMEOUT_SECONDS.default },
      'How long a phone may ring.',
    ),
    MAX_CALL_SECONDS: number({ min: 10, max: 14_400, default: 840 }, 'How long a call may last.'),

    LOG_LEVEL: choice(['INFO', 'DEBUG'], 'INFO', 'INFO or DEBUG.'),
    LOG_PII: flag('Whether numbers and names stand unmasked in logs.'),
  })
  .superRefine((config, context) => {
    const check = (
      name: string,
      value: string | null,
      verdict: { status: string; reason?: string } | null,
    ) => {
      if (value !== null && verdict?.status === 'invalid') {
        context.addIssue({ code: 'custom', path: [name], message: verdict.reason ?? 'It cannot be used.' });
      }
    };
    for (const name of ['SIP_FROM_NUMBER', 'SIP_FROM_IDENTITY'] as const) {
      const value = config[name];
      check(name, value, value === null ? null : checkCallerId(value));
      if (value !== null && !isCallerIdAllowed(value, config.CALLER_IDS_ALLOWED, config.DEFAULT_COUNTRY)) {
        context.addIssue({
          code: 'custom',
          path: [name],
          message: 'It is not in CALLER_IDS_ALLOWED; add it there.',
        });
      }
    }
    const display = config.SIP_DISPLAY_NAME;
    check('SIP_DISPLAY_NAME', display, display === null ? null : checkCallerName(display));
  });

/** The bridge's configuration, parsed. */
export type BridgeConfig = z.output<typeof bridgeConfigSchema>;

/** The part of the configuration that decides what may be dialled and how. */
export const dialSettings = (config: BridgeConfig): DialSettings => ({
  policy: {
    allowedCountries: config.ALLOWED_COUNTRIES.map((code) => code.toUpperCase()),
    callerIdsAllowed: config.CALLER_IDS_ALLOWED,
    defaultCountry: config.DEFAULT_COUNTRY.toUpperCase(),
    allowFictitious: config.ALLOW_FICTITIOUS_NUMBERS,
  },
  callerId: {
    fromNumber: config.SIP_FROM_NUMBER,
    fromIdentity: config.SIP_FROM_IDENTITY,
    fallback: config.CALLER_ID_FALLBACK,
    allowed: config.CALLER_IDS_ALLOWED,
    defaultCountry: config.DEFAULT_COUNTRY.toUpperCase(),
  },
  displayName: config.SIP_DISPLAY_NAME,
  transferHosts: [config.TRANSFER_HOST, config.SIP_TRUNK_HOST].filter((host) => host !== null),
  ringTimeoutSeconds: config.RING_TIMEOUT_SECONDS,
  maxCallSeconds: config.MAX_CALL_SECONDS,
});

/** True when calls without a caller ID would go out with the destination in From. */
export const fallsBackToDestination = (config: BridgeConfig): boolean =>
  config.SIP_FROM_NUMBER === null &&
  config.SIP_FROM_IDENTITY === null &&
  config.CALLER_ID_FALLBACK === 'destination' &&
  config.CALLER_IDS_ALLOWED.length === 0;
