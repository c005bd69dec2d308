import type { CallOutcome, EndReason } from '@outdial/telephony';
import type { LegGone } from './adapters/leg-watch.ts';

/** Why a call ended, from whoever saw it first. */
export type CallEnd = {
  readonly reason: EndReason;
  readonly hungUpBy: CallOutcome['hung_up_by'];
  readonly message?: string;
};

/** The one decision that ends a call: the first one given holds, later ones change nothing. */
export type CallEndLatch = {
  decide(end: CallEnd): void;
  readonly decided: Promise<CallEnd>;
  readonly current: () => CallEnd | null;
};

/** Makes an undecided latch. */
export const createCallEnd = (): CallEndLatch => {
  let current: CallEnd | null = null;
  const { promise, resolve } = Promise.withResolvers<CallEnd>();
  return {
    decide: (end) => {
      if (current !== null) return;
      current = end;
      resolve(end);
    },
    decided: promise,
    current: () => current,
  };
};

/** An end by a fault of the agent itself. */
export const ownError = (message: string): CallEnd => ({
  reason: 'agent_error',
  hungUpBy: 'platform',
  message,
});

/** The leg or the room was taken out through LiveKit's API, by the bridge or by a person. */
export const REMOVED: CallEnd = {
  reason: 'canceled_by_api',
  hungUpBy: 'api',
  message: 'The call was ended through the LiveKit API.',
};

/** The end that a leg's leaving means, when the call was answered and nothing else ended it. */
export const endOfLeg = (gone: LegGone): CallEnd => {
  switch (gone.cause) {
    case 'hangup':
      return { reason: 'callee_hangup', hungUpBy: 'callee' };
    case 'removed':
      return REMOVED;
    case 'lost':
    case 'vanished':
      return ownError(
        `LiveKit lost the callee's leg (${gone.detail}); it or its SIP service was restarted or cut off.`,
      );
    case 'failed':
      return { reason: 'media_timeout', hungUpBy: 'carrier' };
  }
};

/** The end that losing our own place in the room means when nothing was dialled yet. */
export const endOfRoomBeforeDial = (lost: LegGone): CallEnd =>
  lost.cause === 'removed'
    ? REMOVED
    : {
        reason: 'not_dialed',
        hungUpBy: null,
        message: `LiveKit closed the call's room before the number was dialled (${lost.detail}); nobody was called.`,
      };

/** The end that losing our own place in the room means. */
export const endOfRoom = (lost: LegGone): CallEnd =>
  lost.cause === 'removed'
    ? REMOVED
    : ownError(`The agent lost its connection to the room (${lost.detail}).`);
