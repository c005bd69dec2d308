import type { Place } from './place.ts';

export const PROFILES = ['cloud', 'selfhost'] as const;
/** `cloud`: LiveKit Cloud, SIP never passes this router. `selfhost`: livekit-sip in the office, it does. */
export type Profile = (typeof PROFILES)[number];

/** The carrier of a self-hosted livekit-sip. */
export type Carrier = {
  readonly protocol: 'udp' | 'tcp';
  /** Where its SIP comes from, and ours goes to. */
  readonly signalling: readonly Place[];
  /** Where its sound comes from; empty: the same places. */
  readonly media: readonly Place[];
  /** The port that the carrier listens on. */
  readonly port: number;
  /** The port that livekit-sip listens on. */
  readonly sipPort: number;
  /** `rtp_port` of livekit-sip, as `10000-20000`. */
  readonly rtpPorts: string;
};

/** A server on the internet that bridge or agent speak TCP with. */
export type Service = { readonly place: Place; readonly port: number };

/** All that the rules are made of, checked. */
export type FirewallSettings = {
  readonly profile: Profile;
  /** The office host that bridge and agent run on: a private IPv4 address. */
  readonly bridgeAddress: string;
  /** Its IPv6 address; null: nothing is written for IPv6. */
  readonly bridgeAddress6: string | null;
  /** Who may reach the bridge from the internet; empty: nobody. */
  readonly clients: readonly Place[];
  /** The port that they knock at. */
  readonly publicPort: number;
  /** The port of the TLS proxy on the host that it leads to. */
  readonly proxyPort: number;
  /** The office network as CIDR whose hosts may use the public name, too; null: they do not. */
  readonly hairpin: string | null;
  /** Names and addresses that the host speaks to. */
  readonly services: readonly Service[];
  /** Present with the profile `selfhost`. */
  readonly carrier: Carrier | null;
  /** What the rules do not name may not leave the host for the internet. */
  readonly restrictEgress: boolean;
  /** Names of RouterOS interface lists. */
  readonly wanList: string;
  readonly lanList: string;
};
