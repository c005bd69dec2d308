import type { CallStatus } from '@outdial/telephony';
import type { Call } from '../domain/call.ts';
import type { CallEventType } from '../domain/call-event.ts';
import type { Callback } from '../domain/callback.ts';
import type { Pause } from '../domain/pause.ts';

export type CallFilter = {
  readonly status: readonly CallStatus[] | null;
  readonly destination: string | null;
  readonly accountCode: string | null;
};

export type CallbackFilter = {
  readonly status: Callback['status'] | null;
  readonly callId: string | null;
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
