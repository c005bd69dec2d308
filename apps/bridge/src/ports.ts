import type { Readable } from 'node:stream';
import type { Shelf } from '@outdial/playbooks';
import type { CallLeg, CallReport, CallStatus, EndReason, TranscriptTurn } from '@outdial/telephony';
import type { Call, NewCall } from './domain/call.ts';
import type { CallCaps, CallUsage, CountedCall } from './domain/call-caps.ts';
import type { CallChange } from './domain/call-change.ts';
import type { CallEventType } from './domain/call-event.ts';
import type { Callback, CallbackRecipient, CallbackView } from './domain/callback.ts';
import type { TrunkLoad } from './domain/claim-place.ts';
import type { DoNotCallEntry, DoNotCallSource, NewDoNotCall } from './domain/do-not-call-entry.ts';
import type { RoomSight } from './domain/lease.ts';
import type { Pause } from './domain/pause.ts';

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

export type CallFilter = {
  readonly status: readonly CallStatus[] | null;
  readonly destination: string | null;
  readonly accountCode: string | null;
};

export type CallbackFilter = {
  readonly status: Callback['status'] | null;
  readonly callId: string | null;
};

export type DoNotCallFilter = {
  /** E.164. */
  readonly number: string | null;
  readonly source: DoNotCallSource | null;
};

/** What a trunk has to do and does. */
export type QueueState = {
  readonly pause: Pause | null;
  /** Numbers of calls that may start now, start at their time, and wait for an agent's grant. */
  readonly due: number;
  readonly scheduled: number;
  readonly dispatched: number;
  /** Numbers of calls in which a job may dial or has dialled. */
  readonly live: number;
  /** Places of the trunk that are taken: calls and second legs. */
  readonly placesUsed: number;
  /** The calls that start next, in order. */
  readonly next: readonly Call[];
};

/** Which calls are to be purged; by `before` those that had ended by then. */
export type PurgeFilter =
  | { readonly by: 'ids'; readonly ids: readonly string[] }
  | { readonly by: 'destination'; readonly destination: string }
  | { readonly by: 'before'; readonly before: Date };

/** Where a page begins: after this row. */
export type Position = { readonly createdAt: Date; readonly id: string };

/** One thing that happened, by the number that orders them all. */
export type StoredEvent = {
  readonly id: number;
  readonly callId: string;
  readonly type: CallEventType;
  readonly at: Date;
};

/** How much is open, on all bridges together; ages in seconds, 0 where nothing waits. */
export type StoreMeasure = {
  /** Calls that are not over, by status; `scheduled`: queued, and their time has not come. */
  readonly calls: Readonly<Record<string, number>>;
  /** Of the queued call that could have started first. */
  readonly oldestCallSeconds: number;
  readonly callbacksPending: number;
  readonly callbacksDead: number;
  /** Of the callback that is due longest. */
  readonly callbackOverdueSeconds: number;
};

/** The records of all calls. Every method throws `StoreUnavailable` when the database is away. */
export interface CallStore {
  /** Runs `work` in one transaction: all of it is written, or nothing. */
  transaction<T>(work: (tx: CallTransaction) => Promise<T>): Promise<T>;
  find(id: string): Promise<Call | null>;
  /** Newest first, from after `position`. */
  list(filter: CallFilter, position: Position | null, limit: number): Promise<readonly Call[]>;
  /** Answers if the database does, with its time. */
  now(): Promise<Date>;

  /** Notes LiveKit's id of that dispatch. */
  saveDispatchId(id: string, dispatchNumber: number, dispatchId: string): Promise<void>;
  /** Calls without a grant whose `not_after` has passed. */
  findExpired(): Promise<readonly Call[]>;
  /** Calls without a grant whose next dispatch is due. */
  findDueForRedispatch(trunk: string): Promise<readonly Call[]>;
  /** Calls dispatched for longer than this while no call at all was granted on their trunk, though one could have been. */
  findWithoutAgent(afterMs: number): Promise<readonly Call[]>;
  /** Calls whose agent was last heard of longer ago than the lease, and by how much. */
  findLeasesOver(leaseMs: number): Promise<readonly { call: Call; overdueMs: number }[]>;
  /** Moments that a clock which was set back leaves in the future become those of now. */
  mendTimes(): Promise<void>;
  /** Open calls from before there were trunks become those of this one; gives how many wait for another. */
  adoptCalls(trunk: string): Promise<number>;
  /** Granted calls whose leg is to go: asked to end, or longer than their maximum by `graceMs`. */
  findLegsToEnd(graceMs: number): Promise<readonly Call[]>;
  /** Ended calls whose rooms were not deleted yet; those with a grant only after this long. */
  findRoomsToClear(graceMs: number): Promise<readonly Call[]>;
  /** Notes that the rooms of an ended call are gone. */
  saveRoomsCleared(id: string): Promise<void>;
  /** Calls that ended between these two times ago and whose rooms were deleted. */
  findEndedBetween(fromMsAgo: number, toMsAgo: number): Promise<readonly Call[]>;
  /** Calls that are not over. */
  findOpen(): Promise<readonly Call[]>;
  /** Calls whose grant was given and that are not over: their ids. */
  findLive(): Promise<readonly string[]>;
  /** The pause, as it stands. */
  readPause(): Promise<Pause | null>;
  /** What waits on a trunk, with the `limit` calls that start next. */
  readQueue(trunk: string, limit: number): Promise<QueueState>;

  /** The words of a call; null when none are kept. */
  findTranscript(id: string): Promise<readonly TranscriptTurn[] | null>;
  /** Ended calls whose result did not come in time. */
  findResultsOverdue(limit: number): Promise<readonly Call[]>;
  /** Calls that ended so many days ago or earlier and still have a transcript or a recording, without `except`. */
  findKept(days: number, limit: number, except: readonly string[]): Promise<readonly Call[]>;
  /**
   * Calls that a purge is about and that were not purged yet: those that are `settled`, or those that are not over
   * or await their result.
   */
  findToPurge(filter: PurgeFilter, settled: boolean, limit: number): Promise<readonly Call[]>;

  /** Events after this number, of one call or of all, in order. */
  listEvents(after: number, callId: string | null, limit: number): Promise<readonly StoredEvent[]>;
  /** The number of the newest event; 0 when there is none. */
  lastEventId(): Promise<number>;

  /** The callbacks of these calls, oldest first. */
  callbacksOf(callIds: readonly string[]): Promise<readonly CallbackView[]>;
  listCallbacks(
    filter: CallbackFilter,
    position: Position | null,
    limit: number,
  ): Promise<readonly CallbackView[]>;
  /** Callbacks that are due and that nobody is at, one for each address. */
  findDueCallbacks(): Promise<readonly Callback[]>;
  /** The endpoint that hears of every call, from the environment; null takes it away. */
  setStandingEndpoint(id: string, recipient: CallbackRecipient | null): Promise<void>;

  /** How much is open now. */
  measure(): Promise<StoreMeasure>;
}

/** The numbers that are never dialled. Every method throws `StoreUnavailable` when the database is away. */
export interface DoNotCallStore {
  /** Newest first, from after `position`, whose `id` is a number. */
  list(filter: DoNotCallFilter, position: Position | null, limit: number): Promise<readonly DoNotCallEntry[]>;
  find(number: string): Promise<DoNotCallEntry | null>;
  /** Puts a number on the list; of one that is there already only the note changes, if there is one. */
  put(entry: NewDoNotCall): Promise<{ readonly entry: DoNotCallEntry; readonly added: boolean }>;
  /** Puts the numbers of a file on the list; gives how many are new. */
  addAll(entries: readonly NewDoNotCall[]): Promise<number>;
  /** Takes a number off the list; gives the entry that there was. */
  remove(number: string): Promise<DoNotCallEntry | null>;
  /** Calls without a grant whose destination is on the list: their ids. */
  findWaiting(): Promise<readonly string[]>;
}

/** A backup that is written: its size, and its content, which is to be read or destroyed. */
export type Backup = { readonly bytes: number; readonly content: Readable };

/** Copies of the whole database, as it was at one moment. */
export interface Backups {
  /** Writes one; what is done meanwhile is not in it. */
  write(): Promise<Backup>;
}

/** What became of an uploaded recording. `mismatch`: it was cut or changed on the way. */
export type RecordingReceipt =
  | { readonly status: 'stored' }
  | { readonly status: 'mismatch' }
  | { readonly status: 'disk_full' };

/** The sound of calls, as files of our own; ids come from records, never from a request. */
export interface RecordingStore {
  /** Writes a recording to disk, whole or not at all. */
  receive(
    callId: string,
    body: AsyncIterable<Uint8Array>,
    claim: { readonly bytes: number; readonly sha256: string },
  ): Promise<RecordingReceipt>;
  /** Its size in bytes; null when it is not there. */
  size(callId: string): Promise<number | null>;
  /** Its bytes from `start` to `end`, both included. */
  read(callId: string, start: number, end: number): Readable;
  /** Deletes it; one that is gone already is fine. */
  remove(callId: string): Promise<void>;
  /** Deletes what a bridge that died left of uploads that were cut. */
  removeParts(): Promise<void>;
}

/** Tells that something happened to a call, on whichever bridge. A hint: who hears it reads the rows. */
export interface ChangeFeed {
  /** Calls `listener` with the call's id, and with null when something may have been missed. Gives its end. */
  subscribe(listener: (callId: string | null) => void): () => void;
}

/** The operator's playbooks. */
export interface Playbooks {
  /** What there is now, broken files included. Never rejects. */
  read(): Promise<Shelf>;
}

/** LiveKit, as far as the bridge needs it. Methods throw when LiveKit cannot be reached. */
export interface LiveKit {
  /** Makes the room and asks for one job in it; LiveKit never restarts that job. Gives the dispatch's id. */
  dispatch(room: string, metadata: string): Promise<string>;
  /** Deletes the room, which hangs up its SIP legs; one that is gone already is fine. */
  deleteRoom(room: string): Promise<void>;
  /** Who is in the room; an absent room is an empty one. Never throws: `unreachable` instead. */
  lookInto(room: string): Promise<RoomSight>;
  /** Those of these rooms that exist. */
  existing(rooms: readonly string[]): Promise<readonly string[]>;
}

/** What a webhook of LiveKit tells us: its event, the room, and the SIP leg that it is about. */
export type LiveKitHint = {
  readonly event: string;
  readonly room: string | null;
  readonly leg: CallLeg | null;
};

/** Reads a webhook; null when LiveKit did not sign this very body. Never throws. */
export type ReadLiveKitWebhook = (
  body: string,
  authorization: string | undefined,
) => Promise<LiveKitHint | null>;

/** The database could not be reached or written. Nothing was decided; asking again is right. */
export class StoreUnavailable extends Error {
  readonly code = 'database_unavailable';
  readonly retryable = true;

  constructor(cause: unknown) {
    super('The database cannot be reached or written.', { cause });
    this.name = 'StoreUnavailable';
  }
}

/** LiveKit refused the bridge's own key: nothing was done, and asking again is of no use. */
export class LiveKitRejected extends Error {
  readonly code = 'livekit_rejected';
  readonly retryable = false;

  constructor(detail: string) {
    super(`LiveKit refused the API key: ${detail}`);
    this.name = 'LiveKitRejected';
  }
}

/** LiveKit could not be reached or failed: what was asked for may have been done or not. */
export class LiveKitUnavailable extends Error {
  readonly code = 'livekit_unavailable';
  readonly retryable = true;

  constructor(detail: string) {
    super(`LiveKit did not do what was asked: ${detail}`);
    this.name = 'LiveKitUnavailable';
  }
}
