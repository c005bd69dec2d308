import {
  callsPerSecond,
  carrierEnvironment,
  checkCallerDefaults,
  checkIdentityHeader,
  type Environment,
  parseConfig,
  required,
  sharedEnvironment,
  transferMode,
  transferUri,
} from '@outdial/runtime';
import { parseHostPort } from '@outdial/telephony';
import { z } from 'zod';

const checkHost = (text: string): string | null => {
  const host = parseHostPort(text.toLowerCase());
  return host.status === 'ok' ? null : host.reason;
};

/** The carrier's address, which a trunk cannot do without. */
export const trunkHost = required('The carrier, host or host:port, such as sip.nehos.com.au.', checkHost);

const shape = {
  SIP_TRUNK_ID: sharedEnvironment.SIP_TRUNK_ID,
  SIP_TRUNK_HOST: trunkHost,
  SIP_FROM_NUMBER: sharedEnvironment.SIP_FROM_NUMBER,
  SIP_FROM_IDENTITY: sharedEnvironment.SIP_FROM_IDENTITY,
  SIP_DISPLAY_NAME: sharedEnvironment.SIP_DISPLAY_NAME,
  CALLER_IDS_ALLOWED: sharedEnvironment.CALLER_IDS_ALLOWED,
  DEFAULT_COUNTRY: sharedEnvironment.DEFAULT_COUNTRY,
  TRANSFER_HOST: sharedEnvironment.TRANSFER_HOST,
  MAX_CONCURRENT_CALLS: sharedEnvironment.MAX_CONCURRENT_CALLS,
  RING_TIMEOUT_SECONDS: sharedEnvironment.RING_TIMEOUT_SECONDS,
  MAX_CALL_SECONDS: sharedEnvironment.MAX_CALL_SECONDS,
  CALLS_PER_SECOND: callsPerSecond,
  TRANSFER_MODE: transferMode,
  TRANSFER_URI: transferUri,
  ...carrierEnvironment,
} as const;

const schema = z.object(shape).superRefine((config, context) => {
  checkCallerDefaults(config, context);
  checkIdentityHeader(config, context);
});

/** What the environment says about the carrier. */
export type CarrierSettings = z.output<typeof schema>;

/**
 * Reads it; LiveKit's own names are not needed.
 *
 * @throws ConfigError with one line per wrong or missing name.
 */
export const readCarrierSettings = (env: Environment): CarrierSettings => parseConfig(schema, env);

/** Every caller ID that calls may carry, the default first. */
export const callerIdsOf = (settings: CarrierSettings): string[] => [
  ...new Set(
    [settings.SIP_FROM_NUMBER, settings.SIP_FROM_IDENTITY, ...settings.CALLER_IDS_ALLOWED].filter(
      (id) => id !== null,
    ),
  ),
];
