import { parsePhoneNumber } from '@outdial/telephony';
import type { CallEvent } from '../domain/advance-call.ts';
import type { Call } from '../domain/call.ts';
import { opensFor } from '../domain/call-times.ts';
import type { DialSettings } from '../domain/guard-rails.ts';
import { historyRails } from '../domain/history-rails.ts';
import { DEFAULT_NOT_AFTER_MS } from '../domain/next-attempt.ts';
import { refusalsOf } from '../domain/rail-verdict.ts';
import type { CallTransaction } from '../ports.ts';
import { countUsage } from './count-usage.ts';

/** Why a call has to wait, and until when (`null`: for ever). `trunk`: no call of its trunk may start before. */
export type Hold =
  | { readonly until: Date; readonly reason: string; readonly trunk: boolean }
  | { readonly until: null; readonly reason: string; readonly trunk: false };

/** What holding a call back does to it: it waits, or is over where its deadline comes first. */
export const holdEvent = ({ until, reason }: Hold, call: Call): CallEvent => {
  // The hour of a further attempt is a default that nobody asked for: it begins when the attempt may start.
  if (until !== null && call.attempt > 1 && !call.notAfterGiven) {
    return { type: 'postponed', until, notAfter: new Date(until.getTime() + DEFAULT_NOT_AFTER_MS) };
  }
  return until === null || until >= call.notAfter
    ? { type: 'not_after_passed', message: `It could not start before not_after. ${reason}` }
    : { type: 'postponed', until, notAfter: call.notAfter };
};

const closedHold = (call: Call, { hours, policy }: DialSettings, now: Date): Hold | null => {
  if (hours === null) return null;
  const parsed = parsePhoneNumber(call.destination, policy.defaultCountry);
  if (parsed.status === 'invalid') return null;
  const until = opensFor(parsed.number, hours, now);
  if (until === null) {
    const reason = 'The calling hours and holidays leave no time for this number within two months.';
    return { until, reason, trunk: false };
  }
  if (until <= now) return null;
  return { until, reason: 'The calling hours of this number are over.', trunk: false };
};

/**
 * Whether a call that was accepted has to wait all the same: the hours are over by now, or further attempts and
 * calls that were planned before have used up a cap. One that was dispatched before counts already, so that
 * the hours alone can hold it.
 */
export const findHold = async (
  tx: CallTransaction,
  call: Call,
  settings: DialSettings,
  now: Date,
): Promise<Hold | null> => {
  const closed = closedHold(call, settings, now);
  if (closed !== null) return closed;
  if (call.status !== 'queued') return null;
  const usage = await countUsage(tx, call, settings.caps, null, 'start');
  const refusals = refusalsOf(historyRails(settings.caps, usage, call, now));
  const [first] = refusals;
  if (first === undefined) return null;
  const trunk = usage.hour.trunk.freeAt ?? usage.day.trunk.freeAt;
  const until = Math.max(...refusals.map(({ retryAt }) => retryAt?.getTime() ?? now.getTime()));
  return { until: new Date(until), reason: first.detail, trunk: trunk !== null };
};
