import { isFinal, parsePhoneNumber } from '@outdial/telephony';
import type { Call } from '../domain/call.ts';
import type { CountedCall } from '../domain/call-caps.ts';
import { type CallTimes, callTimes } from '../domain/call-times.ts';
import type { DialSettings, RefusalCode } from '../domain/guard-rails.ts';
import { historyRails } from '../domain/history-rails.ts';
import { retryOf } from '../domain/next-attempt.ts';
import { pausedSentence } from '../domain/pause.ts';
import { type Refusal, refusalsOf } from '../domain/rail-verdict.ts';
import type { CallStore, CallTransaction } from '../ports.ts';
import { placeRepetition } from './advance.ts';
import { countUsage, secondsUntil } from './count-usage.ts';
import { findLiveAttempt } from './next-attempt.ts';
import { recheck } from './recheck.ts';

export type RetryResult =
  /** `replayed`: this call was placed again before, and this is the call that was made then. */
  | { readonly status: 'placed'; readonly call: Call; readonly replayed: boolean }
  | { readonly status: 'refused'; readonly detail: string }
  /** It may be placed again, but not now. */
  | {
      readonly status: 'held';
      readonly code: RefusalCode;
      readonly detail: string;
      readonly retryAfterSeconds: number | null;
    }
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

/** When it would start, and the first rail of the door that does not let it. */
const timesOf = async (
  tx: CallTransaction,
  asked: CountedCall,
  settings: DialSettings,
  now: Date,
): Promise<{ readonly times: CallTimes; readonly refusal: Refusal | undefined }> => {
  const parsed = parsePhoneNumber(asked.destination, settings.policy.defaultCountry);
  const times = callTimes({}, parsed.status === 'ok' ? parsed.number : null, settings.hours, now);
  const usage = await countUsage(tx, asked, settings.caps, times.scheduledFor, 'accept');
  const counted = historyRails(settings.caps, usage, asked, times.scheduledFor ?? now);
  const [refusal] = refusalsOf([times.verdict, ...counted]);
  return { times, refusal };
};

/**
 * Places a call that has ended once more, as one new call. Asked again it gives the same new call, so
 * that a repeated request rings nobody twice. The new call counts for the key that asks.
 */
export const retryCall = (
  deps: { readonly calls: CallStore; readonly settings: DialSettings },
  id: string,
  apiKeyName: string,
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
    if (pause !== null)
      return { status: 'held', code: 'paused', detail: pausedSentence(pause), retryAfterSeconds: null };
    const counted = { ...locked.call, id: null, apiKeyName };
    const { times, refusal } = await timesOf(tx, counted, deps.settings, locked.now);
    if (refusal !== undefined) {
      const retryAfterSeconds = secondsUntil(refusal.retryAt, locked.now);
      return { status: 'held', code: refusal.code, detail: refusal.detail, retryAfterSeconds };
    }
    const { scheduledFor, notAfter } = times;
    const asked = retryOf(locked.call, { apiKeyName, scheduledFor, notAfter });
    const call = await placeRepetition(tx, locked.call, asked, locked.now);
    return { status: 'placed', call, replayed: false };
  });
