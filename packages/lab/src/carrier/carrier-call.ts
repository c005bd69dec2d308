/** Who sent a message: the side that called, the side that was called, or the carrier itself. */
export type CallParty = 'caller' | 'callee' | 'carrier';

/** One message of a call as it reached the carrier, or one that the carrier made. Repeats are left out. */
export type CarrierEvent = {
  /** Milliseconds since 1970. */
  at: number;
  from: CallParty;
  method: string;
  /** `null` for a request. */
  status: number | null;
  reason: string | null;
};

/** The last REFER of a call. */
export type CarrierRefer = {
  at: number;
  /** As received, brackets or not. */
  referTo: string;
  /** Every header of the REFER as received. */
  headers: Record<string, string[]>;
  /** The final answer to the REFER, `null` while there is none. */
  status: number | null;
  reason: string | null;
  /** First line of each NOTIFY's sipfrag, e.g. `SIP/2.0 200 OK`. */
  notifies: string[];
};

/** What the carrier knows of one SIP Call-ID. Times are milliseconds since 1970. */
export type CarrierCall = {
  callId: string;
  requestUri: string;
  fromUser: string;
  fromDisplay: string | null;
  fromHost: string;
  /**
   * Every header of the last INVITE with each occurrence: as received from the trunk, or, for the leg of a
   * transfer (`referredBy`), as passed on to the target.
   */
  headers: Record<string, string[]>;
  /** Codecs of the INVITE's offer by name, in order: `PCMA`, `telephone-event`. */
  offeredCodecs: string[];
  /** Digest user of the INVITE, `null` without credentials. */
  authUser: string | null;
  /** INVITEs that asked for a new call; one with credentials counts, a repeat on the wire does not. */
  invites: number;
  startedAt: number;
  /** First 180 or 183. */
  ringAt: number | null;
  answeredAt: number | null;
  /** BYE, or the final refusal. */
  endedAt: number | null;
  /** Who sent BYE or CANCEL, or refused. */
  endedBy: CallParty | null;
  endedWith: 'BYE' | 'CANCEL' | 'refusal' | null;
  /** Final answer to the INVITE; a login challenge only when nothing followed it. */
  finalStatus: number | null;
  finalReason: string | null;
  refer: CarrierRefer | null;
  /** Call-ID of the call whose REFER led to this leg. */
  referredBy: string | null;
  events: CarrierEvent[];
};
