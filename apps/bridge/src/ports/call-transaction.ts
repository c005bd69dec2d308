import type { CallReport, EndReason, TranscriptTurn } from '@outdial/telephony';
import type { Call, NewCall } from '../domain/call.ts';
import type { CallCaps, CallUsage, CountedCall } from '../domain/call-caps.ts';
import type { CallChange } from '../domain/call-change.ts';
import type { CallEventType } from '../domain/call-event.ts';
import type { Callback, CallbackRecipient, CallbackView } from '../domain/callback.ts';
import type { TrunkLoad } from '../domain/claim-place.ts';
import type { Pause } from '../domain/pause.ts';

/** A call that nobody else changes until the transaction is over, and the database's time. */
export type LockedCall = { readonly call: Call; readonly now: Date };

/** What is to be looked at again: a call that may start, or a callback that is due. The row says what to do. */
export type Alarm = { readonly type: 'call' | 'callback'; readonly id: string };

/** What happens inside one database transaction. */
export interface CallTransaction {
  /**
   * Makes every other transaction with the same key or the same fingerprint wait until this one is
   * over, and tells the database's time. `fingerprint` null: nothing to wait for but the key.
   */
  lockRequest(request: {
    apiKeyName: string;
    idempotencyKey: string | null;
    fingerprint: string | null;
  }): Promise<Date>;
  /** The call that this key belongs to, under this API key name. */
  findByKey(apiKeyName: string, idempotencyKey: string): Promise<Call | null>;
  /** The newest call with this fingerprint that is alive or was accepted since; not one that ended before any grant. */
  findDuplicate(fingerprint: string, windowMs: number): Promise<Call | null>;
  /**
   * Counts what the caps hold down before a call that starts at `at` (null: now), and lets nobody else count until
   * the transaction is over. `phase`: at the door every call that waits counts too, before a start only those
   * that are on their way.
   */
  countCalls(
    call: CountedCall,
    caps: CallCaps,
    at: Date | null,
    phase: 'accept' | 'start',
  ): Promise<CallUsage>;
  /** Writes a new call down, `queued`. */
  insert(call: NewCall): Promise<Call>;
  /** Calls whose `retry_of` is this one: repetitions by hand, and all further attempts of a first one. */
  findRepetitions(id: string): Promise<readonly Call[]>;

  /** The call, locked until the transaction is over, and the database's time. */
  lockCall(id: string): Promise<LockedCall | null>;
  /** Keeps every other bridge from starting calls on this trunk, and tells what it carries. */
  lockTrunk(trunk: string): Promise<TrunkLoad>;
  /** The queued call of a trunk that may start first and whose time has come, locked. */
  lockNextQueued(trunk: string): Promise<LockedCall | null>;
  /** Changes these fields. */
  save(id: string, change: CallChange): Promise<Call>;
  /** Why the newest calls of a trunk that were dialled ended, newest first. */
  lastEndReasons(trunk: string, limit: number): Promise<readonly EndReason[]>;
  /** Writes a report down; false when one with its number is there already. */
  insertReport(callId: string, report: CallReport): Promise<boolean>;

  /** Those of these numbers (E.164) that are on the do-not-call list. */
  findListed(numbers: readonly string[]): Promise<readonly string[]>;
  /** Puts the callee's number on the do-not-call list, as asked for in this call. */
  addOptOut(number: string, callId: string): Promise<void>;

  /** The pause, if there is one; nobody begins or ends one until the transaction is over. */
  holdSwitch(): Promise<Pause | null>;
  /** Begins a pause; one that is on keeps its time, and its reason unless another is named. */
  savePause(pause: Omit<Pause, 'since'>): Promise<Pause>;
  /** Ends the pause; false when there was none. */
  endPause(): Promise<boolean>;

  /**
   * Writes down what happened, and one callback for each event and each address that wants it: their ids.
   * `endDueAt`: when that of `call.ended` is due; default now.
   */
  tell(
    callId: string,
    events: readonly CallEventType[],
    at: Date,
    callbacksFor: readonly CallEventType[],
    endDueAt?: Date,
  ): Promise<readonly string[]>;
  /** Makes callbacks of this event that wait for their first try due now, and wakes who waits for the call: their ids. */
  hurryCallbacks(callId: string, event: CallEventType): Promise<readonly string[]>;
  /** Adds who wants to hear of one call; an address that is there already stays as it is. */
  addRecipient(callId: string, recipient: CallbackRecipient): Promise<void>;
  /** Gives a call the recipients of another. */
  copyRecipients(fromCallId: string, toCallId: string): Promise<void>;
  /** The callbacks of these calls, oldest first. */
  findCallbacksOf(callIds: readonly string[]): Promise<readonly CallbackView[]>;
  /**
   * Takes the oldest callback that is due for the address of this one, for `claimMs` at the longest, with its call's trace;
   * null when none is due or somebody is at it: one delivery at a time for an address.
   */
  claimCallback(
    id: string,
    claimMs: number,
  ): Promise<{ callback: Callback; traceparent: string | null; now: Date } | null>;
  /** Ends an attempt: changes these fields if the claim is still ours; null when it ran out meanwhile. */
  endAttempt(claimed: Callback, change: Partial<Omit<Callback, 'id'>>): Promise<Callback | null>;
  /** Changes these fields; null: there is no such callback. */
  saveCallback(id: string, change: Partial<Omit<Callback, 'id'>>): Promise<Callback | null>;

  /** Writes the words of a call down. */
  saveTranscript(callId: string, turns: readonly TranscriptTurn[]): Promise<void>;
  /** Deletes the words of a call. */
  deleteTranscript(callId: string): Promise<void>;
  /** Deletes what reports and callbacks repeat of a call. */
  deleteTraces(callId: string): Promise<void>;

  /** The database's time. */
  readNow(): Promise<Date>;
  /** Sets an alarm, which exists if the transaction is committed; `at` null: at once. */
  setAlarm(alarm: Alarm, at: Date | null): Promise<void>;
}
