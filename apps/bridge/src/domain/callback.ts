import type { CallEventType } from './call-event.ts';
import type { CallbackKind } from './retry-schedule.ts';

/** One event on its way to one address. */
export type Callback = {
  readonly id: string;
  readonly callId: string;
  readonly event: CallEventType;
  readonly url: string;
  readonly kind: CallbackKind;
  readonly status: 'pending' | 'delivered' | 'dead';
  /** What is sent and signed; written at the first try, the same on every later one. */
  readonly body: string | null;
  readonly attempts: number;
  readonly createdAt: Date;
  readonly nextAttemptAt: Date | null;
  /** Somebody is at it until then, at the longest. */
  readonly claimedUntil: Date | null;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  readonly deliveredAt: Date | null;
};

/** A callback without what is sent. */
export type CallbackView = Omit<Callback, 'body'>;

/** Where the events of one call go. */
export type CallbackRecipient = { readonly url: string; readonly events: readonly CallEventType[] };

/** `webhook-id` of an event: the same on every try and for every address, so that a receiver can tell a repeat. */
export const webhookId = (callback: Pick<Callback, 'callId' | 'event'>): string =>
  `evt_${callback.callId}_${callback.event}`;
