import { parsePhoneNumber } from '@outdial/telephony';
import type { CallEvent } from '../domain/advance-call.ts';
import type { Call } from '../domain/call.ts';
import { opensFor } from '../domain/call-times.ts';
import type { DialSettings } from '../domain/guard-rails.ts';
import { historyRails } from '../domain/history-rails.ts';
import type { CallTransaction } from '../ports.ts';
import { countUsage } from './count-usage.ts';

/** Why a call has to wait, and until when. `trunk`: no call of its trunk may start before. */
export type Hold = { readonly until: Date; readonly reason: string; readonly trunk: boolean };

/** What holding a call back does to it: it waits, or is over where its deadline comes first. */
export const holdEvent = ({ until, reason }: Hold, call: Call): CallEvent =>
  until >= call.notAfter
    ? { type: 'not_after_passed', message: `It could not start before not_after. ${reason}` }
    : { type: 'postponed', until };

const CLOSED = 'The calling hours of this number are over.';

const closedUntil = (call: Call, { hours, policy }: DialSettings, now: Date): Date | null => {
  const parsed = parsePhoneNumber(call.destination, policy.defaultCountry);
  if (hours === null || parsed.status === 'invalid') return null;
  const opening = opensFor(parsed.number, hours, now);
  if (opening === null) return call.notAfter;
  return opening > now ? opening : null;
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
  const opening = closedUntil(call, settings, now);
  if (opening !== null) return { until: opening, reason: CLOSED, trunk: false };
  if (call.status !== 'queued') return null;
  const usage = await countUsage(tx, call, settings.caps, null, 'start');
  const refusals = historyRails(settings.caps, usage, call, now).filter(({ code }) => code !== null);
  const [first] = refusals;
  if (first === undefined) return null;
  const trunk = usage.hour.trunk.freeAt ?? usage.day.trunk.freeAt;
  const until = Math.max(...refusals.map(({ retryAt }) => retryAt?.getTime() ?? now.getTime()));
  return { until: new Date(until), reason: first.detail, trunk: trunk !== null };
};
