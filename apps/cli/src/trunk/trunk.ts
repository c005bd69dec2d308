import { ConfigError } from '@outdial/runtime';
import { type CarrierSettings, callerIdsOf } from './carrier-settings.ts';

/** An outbound trunk as far as the environment decides about it. What is not set is an empty text. */
export type TrunkSettings = {
  /** Host or host:port, never a SIP URI. */
  readonly address: string;
  readonly transport: 'auto' | 'udp' | 'tcp' | 'tls';
  /** Caller IDs; LiveKit takes one at random where a call names none, which ours always do. */
  readonly numbers: readonly string[];
  readonly username: string;
  readonly password: string;
  readonly fromHost: string;
  /** ISO 3166-1 alpha-2, in lower case. */
  readonly country: string;
  /** Only these codecs are offered, DTMF left out; empty: LiveKit's own choice. */
  readonly codecs: readonly string[];
};

/** A trunk that is in LiveKit. */
export type Trunk = TrunkSettings & {
  readonly id: string;
  readonly name: string;
  /** What it holds beyond `TrunkSettings`, by LiveKit's names; never changed here. */
  readonly foreign: readonly string[];
};

/** A trunk as the environment wants it. */
export type WantedTrunk = TrunkSettings & {
  /** `null` leaves the name of a trunk that is there as it is. */
  readonly name: string | null;
};

/** The name of a trunk that is made here, unless `--name` says otherwise. */
export const defaultTrunkName = (settings: CarrierSettings): string => `outdial ${settings.SIP_TRUNK_HOST}`;

/**
 * The trunk that the environment describes.
 *
 * @throws ConfigError when there is no caller ID: LiveKit takes no trunk without one.
 */
export const wantedTrunk = (settings: CarrierSettings, name: string | null): WantedTrunk => {
  const numbers = callerIdsOf(settings);
  if (numbers.length === 0) {
    throw new ConfigError([
      'No caller ID is set, and LiveKit takes no trunk without one. Set SIP_FROM_NUMBER (or SIP_FROM_IDENTITY) to one that the carrier approved.',
    ]);
  }
  return {
    name,
    address: settings.SIP_TRUNK_HOST,
    transport: settings.SIP_TRUNK_TRANSPORT,
    numbers,
    username: settings.SIP_TRUNK_USERNAME ?? '',
    password: settings.SIP_TRUNK_PASSWORD ?? '',
    fromHost: settings.SIP_FROM_HOST ?? '',
    country: settings.SIP_DESTINATION_COUNTRY.toLowerCase(),
    codecs: settings.SIP_CODECS,
  };
};
