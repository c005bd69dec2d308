import type { CallerIdSettings, DialPolicy } from '@outdial/telephony';
import type { SharedConfig } from './shared-environment.ts';

/** The environment as the dial policy of `@outdial/telephony` takes it. */
export const dialPolicyOf = (config: SharedConfig): DialPolicy => ({
  allowedCountries: config.ALLOWED_COUNTRIES.map((code) => code.toUpperCase()),
  callerIdsAllowed: config.CALLER_IDS_ALLOWED,
  defaultCountry: config.DEFAULT_COUNTRY.toUpperCase(),
  allowFictitious: config.ALLOW_FICTITIOUS_NUMBERS,
});

/** The environment as the caller-ID fallback of `@outdial/telephony` takes it. */
export const callerIdSettingsOf = (config: SharedConfig): CallerIdSettings => ({
  fromNumber: config.SIP_FROM_NUMBER,
  fromIdentity: config.SIP_FROM_IDENTITY,
  fallback: config.CALLER_ID_FALLBACK,
  allowed: config.CALLER_IDS_ALLOWED,
  defaultCountry: config.DEFAULT_COUNTRY.toUpperCase(),
});

/** Hosts that a `sip:` transfer target may name: TRANSFER_HOST and the trunk's own. */
export const transferHostsOf = (config: SharedConfig): string[] =>
  [config.TRANSFER_HOST, config.SIP_TRUNK_HOST].filter((host) => host !== null);
