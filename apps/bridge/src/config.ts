import {
  type Check,
  callerIdSettingsOf,
  callsPerSecond,
  checkCallerDefaults,
  checkSigningSecret,
  dialPolicyOf,
  type Environment,
  flag,
  list,
  matching,
  number,
  optional,
  refuse,
  sharedEnvironment,
  transferHostsOf,
  withDefault,
} from '@outdial/runtime';
import { z } from 'zod';
import { type AddressRange, parseRange, rangesOf } from './domain/address-range.ts';
import { parseApiKeys } from './domain/api-keys.ts';
import { checkCallbackUrl, parseAllowedHosts } from './domain/callback-target.ts';
import type { DispatchLimits } from './domain/claim-place.ts';
import type { DialSettings } from './domain/guard-rails.ts';

import { callCapsOf, callingHoursOf, checkCallingHours, railEnvironment } from './rail-environment.ts';

const checkAddress: Check = (entry) =>
  parseRange(entry) === null ? `"${entry}" is not an address or a CIDR range, such as 10.0.0.0/8.` : null;

// The largest private networks are 10.0.0.0/8 and, of an operator, an IPv6 /16; halves of everybody are far above.
const LEAST_PROXY_BITS = { ipv4: 8, ipv6: 16 } as const;

const checkProxy: Check = (entry) => {
  const range = parseRange(entry);
  if (range === null) return checkAddress(entry);
  const least = LEAST_PROXY_BITS[range[0].kind()];
  return range[1] < least
    ? `"${entry}" is too wide (/${least} is the widest): then strangers could write the address that is believed. Name your proxy.`
    : null;
};

/** The names that only the bridge reads, what each means (`description`) and its default (`meta().default`). */
export const bridgeEnvironment = {
  BRIDGE_API_KEYS: z
    .string()
    .transform((text, context) => {
      const parsed = parseApiKeys(text);
      return parsed.status === 'ok' ? parsed.keys : refuse(context, `${parsed.problems.join('; ')}.`);
    })
    .describe(
      'Keys of the HTTP API: name:secret[:dispatch+read+admin], a comma between keys, secrets of at least 32 characters.',
    ),
  BRIDGE_HOST: withDefault('127.0.0.1', 'The address that the bridge listens on.'),
  BRIDGE_PORT: number({ min: 0, max: 65_535, default: 8080 }, 'The port that the bridge listens on.'),
  BRIDGE_TRUST_PROXY: list(
    'Addresses (CIDR list) of proxies whose X-Forwarded-For is believed.',
    '',
    checkProxy,
  ),
  BRIDGE_IP_ALLOWLIST: list(
    'Addresses (CIDR list) that may use the API and its pages; unset: any. Health checks, agents and LiveKit always may.',
    '',
    checkAddress,
  ),
  DATABASE_URL: optional(
    'postgres://… of your Postgres. Unset: an embedded database under DATA_DIR.',
    matching(/^postgres(ql)?:\/\/\S+$/, 'It must begin with postgres://.'),
  ),
  ...railEnvironment,
  CALLS_PER_SECOND: callsPerSecond,
  RECORD_CALLS: flag('Whether calls are recorded unless their request says record: false.'),
  RECORDINGS_DIR: optional('Where recordings are kept; default DATA_DIR/recordings.'),
  RETENTION_DAYS: number(
    { min: 1, max: 36_500, default: 90 },
    'For how many days after a call its transcript and recording are kept.',
  ),
  CALLBACK_URL: optional('Where every call reports to, besides what its request names (callback_url).'),
  CALLBACK_SIGNING_SECRET: list(
    'Callbacks are signed with it: whsec_ and base64 of 24 bytes or more; during rotation several, a comma between them.',
    '',
    checkSigningSecret,
  ),
  CALLBACK_ALLOWED_HOSTS: z
    .string()
    .default('')
    .transform((text, context) => {
      const parsed = parseAllowedHosts(text);
      return parsed.status === 'ok' ? parsed.hosts : refuse(context, `${parsed.problems.join('; ')}.`);
    })
    .describe('Private hosts, addresses or CIDR ranges that callbacks may go to; public ones always may.')
    .meta({ default: '' }),
} as const;

const WITHOUT_EFFECT = ['COST_PER_MINUTE'] as const;

/** Names that are set though nothing reads them yet; harmless, but worth a warning at the start. */
export const namesWithoutEffect = (env: Environment): readonly string[] =>
  WITHOUT_EFFECT.filter((name) => env[name] !== undefined);

/** Everything the bridge reads from its environment; parse with `parseConfig`. */
export const bridgeConfigSchema = z
  .object({ ...sharedEnvironment, ...bridgeEnvironment })
  .superRefine((config, context) => {
    checkCallerDefaults(config, context);
    checkCallingHours(config, context);
    if (config.CALLBACK_URL === null) return;
    const verdict = checkCallbackUrl(config.CALLBACK_URL, config.CALLBACK_ALLOWED_HOSTS);
    if (verdict.status === 'refused') {
      context.addIssue({ code: 'custom', path: ['CALLBACK_URL'], message: verdict.reason });
    }
  });

/** The bridge's configuration, parsed. */
export type BridgeConfig = z.output<typeof bridgeConfigSchema>;

/** The part of the configuration that decides what may be dialled and how. */
export const dialSettings = (config: BridgeConfig): DialSettings => ({
  policy: dialPolicyOf(config),
  callerId: callerIdSettingsOf(config),
  displayName: config.SIP_DISPLAY_NAME,
  transferHosts: transferHostsOf(config),
  ringTimeoutSeconds: config.RING_TIMEOUT_SECONDS,
  maxCallSeconds: config.MAX_CALL_SECONDS,
  trunk: trunkOf(config),
  callbackHosts: config.CALLBACK_ALLOWED_HOSTS,
  recordCalls: config.RECORD_CALLS,
  hours: callingHoursOf(config),
  caps: callCapsOf(config),
});

/** What a trunk carries at once and per second. */
export const limitsOf = (config: BridgeConfig): DispatchLimits => ({
  maxConcurrentCalls: config.MAX_CONCURRENT_CALLS,
  callsPerSecond: config.CALLS_PER_SECOND,
});

/** Who may use the API and its pages; empty: everybody. */
export const allowedAddresses = (config: BridgeConfig): readonly AddressRange[] =>
  rangesOf(config.BRIDGE_IP_ALLOWLIST);

/** Folder of the recordings. */
export const recordingsDir = (config: BridgeConfig): string =>
  config.RECORDINGS_DIR ?? `${config.DATA_DIR}/recordings`;

/** The trunk whose limits this bridge's calls count against: as the agents choose it. */
export const trunkOf = (config: BridgeConfig): string =>
  config.SIP_TRUNK_ID ?? config.SIP_TRUNK_HOST ?? 'default';

/** True when calls without a caller ID would go out with the destination in From. */
export const fallsBackToDestination = (config: BridgeConfig): boolean =>
  config.SIP_FROM_NUMBER === null &&
  config.SIP_FROM_IDENTITY === null &&
  config.CALLER_ID_FALLBACK === 'destination' &&
  config.CALLER_IDS_ALLOWED.length === 0;
