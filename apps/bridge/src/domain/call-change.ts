import type { CallLeg, CallOutcome, CallStatus, OutcomeEvidence, TransferResult } from '@outdial/telephony';
import type { Call } from './call.ts';

/** The fields of a call that an event changes; empty when it changes nothing. */
export type CallChange = Partial<Omit<Call, 'id'>>;

/** No change at all. */
export const NOTHING: CallChange = {};

/** Statuses in which no job has been allowed to dial yet. */
export const BEFORE_GRANT: readonly CallStatus[] = ['queued', 'dispatched'];
/** Statuses in which one job holds the grant. */
export const GRANTED: readonly CallStatus[] = ['dialing', 'ringing', 'in_progress'];

/** Whether nobody has been allowed to dial. */
export const isBeforeGrant = (call: Call): boolean => BEFORE_GRANT.includes(call.status);
/** Whether one job holds the grant and the call is not over. */
export const isGranted = (call: Call): boolean => GRANTED.includes(call.status);

/** The latest of these moments: clocks of two machines must not make a record run backwards. */
export const latest = (at: Date, ...before: readonly (Date | null)[]): Date =>
  new Date(Math.max(at.getTime(), ...before.map((date) => date?.getTime() ?? 0)));
/** The earliest of these moments. */
export const earliest = (at: Date, ...limits: readonly (Date | null)[]): Date =>
  new Date(Math.min(at.getTime(), ...limits.map((date) => date?.getTime() ?? Infinity)));

/** The Call-ID of the leg to the callee, once it was seen. */
export const calleeCallId = (call: Call): string | null =>
  call.legs.find((leg) => leg.identity === 'callee')?.sip_call_id ?? null;

/** The last transfer, as far as it was told: a second leg of which nothing was heard may have rung. */
const transferOf = (call: Call): TransferResult | null => {
  const leg = call.legOpen && call.bridgedAt === null ? call.bridgedLegs.at(-1) : undefined;
  return leg === undefined ? call.transfer : { target: leg.uri, mode: 'bridge', result: 'unknown' };
};

// The outcome tells of the callee's leg; the legs tell the same.
const withAnswer = (legs: readonly CallLeg[], { sip }: CallOutcome): readonly CallLeg[] =>
  legs.map((leg) =>
    leg.identity === 'callee' && leg.sip_status === null && leg.sip_call_id === sip.call_id
      ? { ...leg, sip_status: sip.status, sip_reason: sip.reason }
      : leg,
  );

/** The end of a call with this outcome. */
export const finish = (call: Call, outcome: CallOutcome, at: Date): CallChange => {
  const endedAt = latest(at, call.dialingAt, call.ringingAt, call.answeredAt);
  const whole: CallOutcome = {
    ...outcome,
    // A refusal may come before the agent has joined the room; a webhook may have shown the leg.
    sip: { ...outcome.sip, call_id: outcome.sip.call_id ?? calleeCallId(call) },
    transfer: outcome.transfer ?? transferOf(call),
  };
  return {
    status: outcome.status,
    outcome: whole,
    legs: withAnswer(call.legs, whole),
    endedAt,
    ...answeredByOutcome(call, outcome, endedAt),
  };
};

// The report of the answer may be late or lost; an outcome that talked says when it began.
const answeredByOutcome = (call: Call, outcome: CallOutcome, endedAt: Date): CallChange =>
  call.answeredAt === null && outcome.talk_ms !== null
    ? {
        answeredAt: latest(new Date(endedAt.getTime() - outcome.talk_ms), call.dialingAt, call.ringingAt),
      }
    : NOTHING;

const elapsed = (from: Date | null, to: Date | null): number | null =>
  from === null || to === null ? null : Math.max(0, to.getTime() - from.getTime());

/** What the record itself knows, for outcomes that no agent reported. */
export const evidenceOf = (call: Call, now: Date): OutcomeEvidence => ({
  sip: { status: null, reason: null, call_id: calleeCallId(call) },
  rang: call.ringingAt === null ? null : true,
  ring_ms: elapsed(call.ringingAt, call.answeredAt ?? (call.ringingAt === null ? null : now)),
  talk_ms: elapsed(call.answeredAt, now),
  transfer: transferOf(call),
});

const agree = (one: string | null, other: string | null): boolean =>
  one === null || other === null || one === other;

// What was seen first stays: a second leg of the same name is another leg, and never takes the place of the first.
const withLeg = (legs: readonly CallLeg[], leg: CallLeg): readonly CallLeg[] => {
  const known = legs.find(
    (other) =>
      other.identity === leg.identity &&
      agree(other.participant_sid, leg.participant_sid) &&
      agree(other.sip_call_id, leg.sip_call_id),
  );
  if (known === undefined) return [...legs, leg];
  const merged: CallLeg = {
    identity: leg.identity,
    participant_sid: known.participant_sid ?? leg.participant_sid,
    sip_call_id: known.sip_call_id ?? leg.sip_call_id,
    sip_status: known.sip_status ?? leg.sip_status,
    sip_reason: known.sip_reason ?? leg.sip_reason,
  };
  const isNews =
    merged.participant_sid !== known.participant_sid ||
    merged.sip_call_id !== known.sip_call_id ||
    merged.sip_status !== known.sip_status;
  return isNews ? legs.map((other) => (other === known ? merged : other)) : legs;
};

/**
 * What these legs add to those that are known; the same leg comes from agent, webhooks and looks into the room.
 * Nothing comes back into a record that was purged.
 */
export const legsSeen = (call: Call, seen: readonly CallLeg[]): CallChange => {
  if (call.purgedAt !== null) return NOTHING;
  const legs = seen.reduce(withLeg, call.legs);
  return legs === call.legs ? NOTHING : { legs };
};

/** Callee and target talk with each other: both have answered, whatever was told before. */
export const bridgedSince = (call: Call, transfer: TransferResult, at: Date): CallChange => ({
  status: 'in_progress',
  ...(call.answeredAt === null ? { answeredAt: latest(at, call.dialingAt, call.ringingAt) } : NOTHING),
  transfer,
  legOpen: true,
  bridgedAt: at,
});

/** Whether anything ever showed that a leg was there. */
export const sawLeg = (call: Call): boolean =>
  call.legs.length > 0 || call.ringingAt !== null || call.answeredAt !== null;
