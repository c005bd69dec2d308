import {
  type CallOutcome,
  type CallReport,
  type EndReason,
  isFinal,
  makeOutcome,
  type TransferResult,
} from '@outdial/telephony';
import type { Call } from './call.ts';
import {
  bridgedSince,
  type CallChange,
  earliest,
  finish,
  isGranted,
  latest,
  legsSeen,
  NOTHING,
} from './call-change.ts';
import { announced } from './call-keepsake.ts';

// The agent's clock counts from the grant, so a report that was held up still tells its own time.
const timeOf = (call: Call, report: CallReport, now: Date): Date =>
  latest(earliest(new Date((call.dialingAt ?? now).getTime() + report.at_ms), now), call.dialingAt);

// The outcome was the last word. Only a leg adds to it, the callee's wish not to be called again, and the time of a
// ringing that it speaks of.
const reportedAfterEnd = (call: Call, report: CallReport, now: Date): CallChange => {
  if (report.type === 'leg') return legsSeen(call, [report.leg]);
  if (asksNoMoreCalls(report)) return optedOut(call, timeOf(call, report, now));
  const at = timeOf(call, report, now);
  const fits =
    report.type === 'ringing' &&
    call.ringingAt === null &&
    call.outcome?.rang === true &&
    at <= earliest(now, call.answeredAt, call.endedAt);
  return fits ? { ringingAt: at } : NOTHING;
};

/** Whether a report says that the callee asked not to be called again. */
export const asksNoMoreCalls = (report: CallReport): boolean =>
  report.type === 'opt_out' || (report.type === 'ended' && report.opted_out === true);

const optedOut = (call: Call, at: Date): CallChange =>
  call.optedOutAt === null ? { optedOutAt: at } : NOTHING;

const transferred = (call: Call, transfer: TransferResult, at: Date): CallChange => {
  // Who talks with a target already is not transferred again.
  if (call.bridgedAt !== null) return NOTHING;
  if (transfer.mode === 'refer' || transfer.result === 'unknown') return { transfer };
  if (transfer.result !== 'failed') return bridgedSince(call, transfer, at);
  // A leg to another target may be ringing still.
  const isOfLastLeg = transfer.target === call.bridgedLegs.at(-1)?.uri;
  return { transfer, ...(isOfLastLeg ? { legOpen: false } : NOTHING) };
};

/** What a report of the call's job changes. */
export const reported = (call: Call, report: CallReport, now: Date): CallChange => {
  if (isFinal(call.status)) return reportedAfterEnd(call, report, now);
  if (!isGranted(call)) return NOTHING;
  const at = timeOf(call, report, now);
  switch (report.type) {
    case 'alive':
      return NOTHING;
    case 'ringing':
      return {
        ...(call.status === 'dialing' ? { status: 'ringing' as const } : NOTHING),
        ...(call.ringingAt === null ? { ringingAt: earliest(at, call.answeredAt) } : NOTHING),
      };
    case 'answered':
      return {
        status: 'in_progress' as const,
        ...(call.answeredAt === null ? { answeredAt: latest(at, call.ringingAt) } : NOTHING),
      };
    case 'leg':
      return legsSeen(call, [report.leg]);
    case 'opt_out':
      return optedOut(call, at);
    case 'transfer':
      return transferred(call, report.transfer, at);
    case 'not_dialed':
      if (call.status !== 'dialing') return NOTHING;
      return call.cancelRequestedAt === null
        ? finish(call, makeOutcome('not_dialed', { message: report.message }), at)
        : finish(call, makeOutcome('canceled_by_api', { hung_up_by: 'api' }), at);
    case 'ended':
      return {
        ...finish(call, asBridgeKnows(call, report.outcome, now), at),
        ...announced(call, report.follows, now),
        ...(asksNoMoreCalls(report) ? optedOut(call, at) : NOTHING),
      };
  }
};

// The bridge takes the leg of a canceled or overlong call away at once, and its agent, who has not heard
// why, can only tell how that looked from its side: unanswered, cut, or removed. What the callee or the
// carrier said themselves stays.
const LOOKS_OF_A_REMOVED_LEG: readonly EndReason[] = [
  'canceled_by_api',
  'no_answer',
  'carrier_no_response',
  'agent_error',
  'media_timeout',
];
const isNobodysWord = (status: number | null): boolean => status === null || [200, 408, 487].includes(status);

const asBridgeKnows = (call: Call, outcome: CallOutcome, now: Date): CallOutcome => {
  const { end_reason, message: _said, ...evidence } = outcome;
  if (!LOOKS_OF_A_REMOVED_LEG.includes(end_reason) || !isNobodysWord(outcome.sip.status)) return outcome;
  if (call.cancelRequestedAt !== null)
    return makeOutcome('canceled_by_api', { ...evidence, hung_up_by: 'api' });
  return outcome.talk_ms !== null && isOverlong(call, now)
    ? makeOutcome('max_duration', { ...evidence, hung_up_by: 'platform' })
    : outcome;
};

/** The agent ends a call at its maximum; the bridge does where the agent did not, this much later. */
export const MAX_DURATION_GRACE_MS = 10_000;

/** Whether an answered call is longer than its maximum and the agent's reserve. */
export const isOverlong = (call: Call, now: Date): boolean =>
  call.answeredAt !== null &&
  now.getTime() >= call.answeredAt.getTime() + call.maxCallSeconds * 1000 + MAX_DURATION_GRACE_MS;
