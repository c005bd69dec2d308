import type {
  CallOutcome,
  CallReport,
  Follows,
  GrantedCall,
  LEG_REFUSALS,
  SpeechFacts,
} from '@outdial/telephony';

/** What a job may do with its call: dial before `dialBefore` (ms of `performance.now()`), or leave. */
export type Grant =
  | { readonly status: 'granted'; readonly call: GrantedCall; readonly dialBefore: number }
  | { readonly status: 'refused'; readonly reason: string };

type WithoutEnvelope<R> = R extends unknown ? Omit<R, 'token' | 'seq' | 'at_ms'> : never;

/** A step of the call as it is told to the ledger, without the envelope that the ledger adds. */
export type CallStep = Exclude<WithoutEnvelope<CallReport>, { type: 'ended' | 'alive' }>;

/** Whether a target may be dialled as a second leg before `dialBefore` (ms of `performance.now()`). */
export type LegGrant =
  | { readonly status: 'granted'; readonly dialBefore: number }
  | { readonly status: 'refused'; readonly reason: (typeof LEG_REFUSALS)[number] | 'unreachable' };

/** Where the call's record is kept: the bridge, or only the room for a dispatch made without it. */
export type CallLedger = {
  /** Asks to dial. Without a grant nothing may be dialled. Never throws: silence is a refusal. */
  grant(): Promise<Grant>;
  /**
   * Asks to dial a transfer target as a second leg: once for each phone, whose `key` is the same in every spelling
   * of its number. Never throws.
   */
  grantLeg(target: { readonly name: string; readonly key: string }): Promise<LegGrant>;
  /** Whether somebody else watches over callee and target when this process is gone. */
  readonly watchesOver: boolean;
  /** Tells a step, in order, without waiting. */
  note(step: CallStep): void;
  /** Calls `listener` once when the call's owner asked to cancel. */
  onCancel(listener: () => void): void;
  /**
   * Writes the end down, once, before the call is taken down; what it gives then delivers it, for as
   * long as a job may wait. `follows`: what is still to come; `speech`: how well the job kept up, if it
   * got so far. Neither throws.
   */
  close(outcome: CallOutcome, follows: Follows, speech: SpeechFacts | null): Promise<() => Promise<void>>;
};

/**
 * What became of placing the call. `too_late`: nothing was sent. `lost`: the answer of LiveKit never came, nobody
 * knows yet.
 */
export type DialResult =
  | { readonly status: 'answered' }
  | { readonly status: 'too_late' }
  | {
      readonly status: 'failed';
      readonly sipStatus: number | null;
      readonly sipReason: string | null;
      readonly errorText: string;
    }
  | { readonly status: 'lost'; readonly errorText: string };

/** What became of a REFER. `unknown`: accepted or in flight without a final NOTIFY in time. */
export type ReferResult =
  | { readonly status: 'accepted' }
  | { readonly status: 'refused'; readonly sipStatus: number; readonly errorText: string }
  | { readonly status: 'unknown'; readonly errorText: string };

/** Everything LiveKit needs to place the call: the arguments of CreateSIPParticipant, and no more. */
export type Invite = {
  readonly dialString: string;
  readonly fromNumber: string;
  /** `null` leaves the field out: LiveKit then puts the From number there. */
  readonly displayName: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly participantMetadata: string;
  readonly ringTimeoutSeconds: number;
  readonly maxCallSeconds: number;
};

/** The SIP side of one call, through LiveKit. */
export type SipLeg = {
  /**
   * Sends the INVITE and waits for its final answer. `before` (ms of `performance.now()`) is looked at immediately
   * before the request leaves, behind everything that had to be waited for. Never throws.
   */
  dial(invite: Invite, before: number): Promise<DialResult>;
  /** Sends REFER to the callee and waits for its result. Never throws. */
  refer(referTo: string, headers: Readonly<Record<string, string>>): Promise<ReferResult>;
  /** Ends the leg (CANCEL or BYE) and deletes the room. Never throws. */
  hangUp(): Promise<void>;
};

/** The second leg of a call, to a transfer target in the same room. */
export type TargetLeg = Pick<SipLeg, 'dial'> & {
  /** Ends this leg alone. Never throws. */
  remove(): Promise<void>;
};
