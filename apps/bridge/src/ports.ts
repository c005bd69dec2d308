import type { CallReport, CallStatus } from '@outdial/telephony';
import type { CallChange } from './domain/advance-call.ts';
import type { Call, NewCall } from './domain/call.ts';
import type { RoomSight } from './domain/lease.ts';

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
  /** Writes a new call down, `queued`. */
  insert(call: NewCall): Promise<Call>;
  /** The call, locked until the transaction is over, and the database's time. */
  lockCall(id: string): Promise<{ call: Call; now: Date } | null>;
  /** Changes these fields. */
  save(id: string, change: CallChange): Promise<Call>;
  /** Writes a report down; false when one with its number is there already. */
  insertReport(callId: string, report: CallReport): Promise<boolean>;
}

export type CallFilter = {
  readonly status: readonly CallStatus[] | null;
  readonly destination: string | null;
  readonly accountCode: string | null;
};

export type CallPosition = { readonly createdAt: Date; readonly id: string };

export type DispatchLimits = { readonly maxConcurrentCalls: number; readonly callsPerSecond: number };

/** The records of all calls. Every method throws `StoreUnavailable` when the database is away. */
export interface CallStore {
  /** Runs `work` in one transaction: all of it is written, or nothing. */
  transaction<T>(work: (tx: CallTransaction) => Promise<T>): Promise<T>;
  find(id: string): Promise<Call | null>;
  /** Newest first, from after `position`. */
  list(filter: CallFilter, position: CallPosition | null, limit: number): Promise<readonly Call[]>;
  /** Answers if the database does. */
  ping(): Promise<void>;

  /** Takes the oldest queued call if the limits leave room: one bridge gets it, with its first dispatch saved. */
  claimQueued(limits: DispatchLimits, nextDispatchInMs: number): Promise<Call | null>;
  /** Gives a new dispatch to the call if its present one is still this number and was granted to nobody. */
  claimRedispatch(id: string, dispatchNumber: number, nextDispatchInMs: number): Promise<Call | null>;
  /** Notes LiveKit's id of that dispatch. */
  saveDispatchId(id: string, dispatchNumber: number, dispatchId: string): Promise<void>;
  /** `dispatched` → `dialing`, for one job only: the call, or null when it may not be dialled by this job. */
  grant(request: { id: string; token: string; dispatch: number; jobId: string }): Promise<Call | null>;
  /** The call and how many milliseconds are left of its grant (0 when over or never given). */
  findWithGrantTime(id: string): Promise<{ call: Call; leftMs: number; expired: boolean } | null>;

  /** Calls without a grant whose `not_after` has passed. */
  findExpired(): Promise<readonly Call[]>;
  /** Calls without a grant whose next dispatch is due. */
  findDueForRedispatch(): Promise<readonly Call[]>;
  /** Calls dispatched for longer than this while no call at all was granted. */
  findWithoutAgent(afterMs: number): Promise<readonly Call[]>;
  /** Calls whose agent was last heard of longer ago than the lease, and by how much. */
  findLeasesOver(leaseMs: number): Promise<readonly { call: Call; overdueMs: number }[]>;
  /** Granted calls that were asked to end longer ago than this. */
  findCancelsOverdue(afterMs: number): Promise<readonly Call[]>;
  /** Ended calls whose rooms were not deleted yet; those with a grant only after this long. */
  findRoomsToClear(graceMs: number): Promise<readonly Call[]>;
  /** Notes that the rooms of an ended call are gone. */
  saveRoomsCleared(id: string): Promise<void>;
}

/** LiveKit, as far as the bridge needs it. Methods throw when LiveKit cannot be reached. */
export interface LiveKit {
  /** Makes the room and asks for one job in it; LiveKit never restarts that job. Gives the dispatch's id. */
  dispatch(room: string, metadata: string): Promise<string>;
  /** Deletes the room; one that is gone already is fine. */
  deleteRoom(room: string): Promise<void>;
  /** Who is in the room; an absent room is an empty one. Never throws: `unreachable` instead. */
  lookInto(room: string): Promise<RoomSight>;
  /** Takes a participant out of the room, which hangs up its SIP leg; one that is gone already is fine. */
  removeParticipant(room: string, identity: string): Promise<void>;
}

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
