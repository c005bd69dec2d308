import type { TranscriptTurn } from '@outdial/telephony';
import type { Call } from '../domain/call.ts';
import type { Callback, CallbackRecipient, CallbackView } from '../domain/callback.ts';
import type { Pause } from '../domain/pause.ts';
import type { CallTransaction } from './call-transaction.ts';
import type {
  CallbackFilter,
  CallFilter,
  Position,
  PurgeFilter,
  QueueState,
  StoredEvent,
  StoreMeasure,
} from './store-views.ts';

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
