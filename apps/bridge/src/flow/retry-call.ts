import { isFinal } from '@outdial/telephony';
import type { Call } from '../domain/call.ts';
import type { DialSettings } from '../domain/guard-rails.ts';
import { retryOf } from '../domain/next-attempt.ts';
import { pausedSentence } from '../domain/pause.ts';
import type { CallStore, CallTransaction } from '../ports.ts';
import { placeRepetition } from './advance.ts';
import { findLiveAttempt } from './next-attempt.ts';
import { recheck } from './recheck.ts';

export type RetryResult =
  /** `replayed`: this call was placed again before, and this is the call that was made then. */
  | { readonly status: 'placed'; readonly call: Call; readonly replayed: boolean }
  | { readonly status: 'refused' | 'paused'; readonly detail: string }
  | { readonly status: 'not_found' };

const refusalOf = async (tx: CallTransaction, call: Call, settings: DialSettings): Promise<string | null> => {
  const next = await findLiveAttempt(tx, call);
  if (!isFinal(call.status) || call.outcome === null) return `The call is not over: ${call.status}.`;
  if (call.purgedAt !== null) return 'What it says was deleted, its destination too; dispatch a new call.';
  if (next !== null) return `Its next attempt ${next.id} is ${next.status}.`;
  if (call.outcome.retry === 'no') {
    return `The outcome ${call.outcome.end_reason} is not to be tried again: ${call.outcome.message}`;
  }
  return recheck(tx, call, settings);
};

/**
 * Places a call that has ended once more, as one new call. Asked again it gives the same new call, so
 * that a repeated request rings nobody twice.
 */
export const retryCall = (
  deps: { readonly calls: CallStore; readonly settings: DialSettings },
  id: string,
): Promise<RetryResult> =>
  deps.calls.transaction(async (tx) => {
    const locked = await tx.lockCall(id);
    if (locked === null) return { status: 'not_found' };
    const repetitions = await tx.findRepetitions(id);
    const made = repetitions.find((other) => other.attempt === 1);
    if (made !== undefined) return { status: 'placed', call: made, replayed: true };
    const detail = await refusalOf(tx, locked.call, deps.settings);
    if (detail !== null) return { status: 'refused', detail };
    const pause = await tx.holdSwitch();
    if (pause !== null) return { status: 'paused', detail: pausedSentence(pause) };
    const call = await placeRepetition(tx, locked.call, retryOf(locked.call, locked.now), locked.now);
    return { status: 'placed', call, replayed: false };
  });
