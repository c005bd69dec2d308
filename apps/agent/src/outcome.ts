import {
  type CallOutcome,
  END_REASONS,
  makeOutcome,
  type SipEvidence,
  type TransferResult,
} from '@outdial/telephony';
import type { LegFacts } from './adapters/leg-watch.ts';
import type { CallEnd } from './call-end.ts';

/** Everything a job knows when its call is over; times in ms of `performance.now()`. */
export type CallFacts = {
  readonly end: CallEnd;
  readonly leg: LegFacts;
  /** Whether the room was being watched while the phone could have rung. */
  readonly watched: boolean;
  readonly answeredAt: number | null;
  readonly endedAt: number;
  readonly sipStatus: number | null;
  readonly sipReason: string | null;
  readonly answeredBy: Exclude<CallOutcome['answered_by'], null>;
  readonly transfer: TransferResult | null;
};

/** Whole ms; signals of LiveKit may overtake each other by a few, which is no negative time. */
const span = (from: number, to: number): number => Math.max(0, Math.round(to - from));

/** The outcome of a call from what its job saw; nothing is claimed that was not seen. */
export const outcomeOf = (facts: CallFacts): CallOutcome => {
  const { end, leg, answeredAt, endedAt } = facts;
  // A call that nobody answered was not completed, whatever broke while it rang.
  const unanswered = answeredAt === null && END_REASONS[end.reason].status === 'completed';
  // LiveKit may tell of ringing and answer in one change, which then shows the answer alone.
  const sawNoRinging = facts.watched && leg.seen && answeredAt === null;
  const rang = leg.ringingAt !== null ? true : sawNoRinging ? false : null;
  const sip: SipEvidence = {
    status: answeredAt === null ? facts.sipStatus : 200,
    reason: answeredAt === null ? facts.sipReason : 'OK',
    call_id: leg.sipCallId,
  };
  return makeOutcome(unanswered ? 'agent_error' : end.reason, {
    sip,
    rang,
    answered_by: answeredAt === null ? null : facts.answeredBy,
    hung_up_by: end.hungUpBy,
    transfer: facts.transfer,
    ring_ms: leg.ringingAt === null ? null : span(leg.ringingAt, answeredAt ?? endedAt),
    talk_ms: answeredAt === null ? null : span(answeredAt, endedAt),
    ...(end.message === undefined ? {} : { message: end.message }),
  });
};
