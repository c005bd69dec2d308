import {
  type CallLeg,
  type CallOutcome,
  type CallReport,
  type CallStatus,
  DIAL_WITHIN_MS,
  isFinal,
  makeOutcome,
  type OutcomeEvidence,
} from '@outdial/telephony';
import { type Call, roomName } from './call.ts';

/** Everything that can happen to a call after it was accepted. */
export type CallEvent =
  | { readonly type: 'dispatched'; readonly nextDispatchAt: Date }
  | { readonly type: 'granted'; readonly token: string; readonly dispatch: number; readonly jobId: string }
  | { readonly type: 'report'; readonly report: CallReport }
  | { readonly type: 'cancel_requested' }
  | { readonly type: 'not_after_passed' }
  | { readonly type: 'no_agent'; readonly message: string | null }
  | { readonly type: 'livekit_rejected' }
  /**
   * The lease ran out: nothing was heard since `silentSince`. `sipLegSeen`: LiveKit showed a SIP
   * participant, which is removed by now.
   */
  | { readonly type: 'lost'; readonly sipLegSeen: boolean; readonly silentSince: Date | null };

/** The fields of a call that an event changes; empty when it changes nothing. */
export type CallChange = Partial<Omit<Call, 'id'>>;

const NOTHING: CallChange = {};

/** Statuses in which no job has been allowed to dial yet. */
export const BEFORE_GRANT: readonly CallStatus[] = ['queued', 'dispatched'];
/** Statuses in which one job holds the grant. */
export const GRANTED: readonly CallStatus[] = ['dialing', 'ringing', 'in_progress'];

const isBeforeGrant = (call: Call): boolean => BEFORE_GRANT.includes(call.status);
const isGranted = (call: Call): boolean => GRANTED.includes(call.status);

// Clocks of two machines and reports out of order must not make a record run backwards.
const latest = (at: Date, ...before: readonly (Date | null)[]): Date =>
  new Date(Math.max(at.getTime(), ...before.map((date) => date?.getTime() ?? 0)));
const earliest = (at: Date, ...limits: readonly (Date | null)[]): Date =>
  new Date(Math.min(at.getTime(), ...limits.map((date) => date?.getTime() ?? Infinity)));

const finish = (call: Call, outcome: CallOutcome, at: Date): CallChange => {
  const endedAt = latest(at, call.dialingAt, call.ringingAt, call.answeredAt);
  return {
    status: outcome.status,
    outcome: { ...outcome, transfer: outcome.transfer ?? call.transfer },
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
const evidenceOf = (call: Call, now: Date): OutcomeEvidence => ({
  sip: {
    status: null,
    reason: null,
    call_id: call.legs.find((leg) => leg.identity === 'callee')?.sip_call_id ?? null,
  },
  rang: call.ringingAt === null ? null : true,
  ring_ms: elapsed(call.ringingAt, call.answeredAt ?? (call.ringingAt === null ? null : now)),
  talk_ms: elapsed(call.answeredAt, now),
  transfer: call.transfer,
});

const sawLeg = (call: Call): boolean =>
  call.legs.length > 0 || call.ringingAt !== null || call.answeredAt !== null;

const dispatched = (call: Call, nextDispatchAt: Date, now: Date): CallChange => {
  if (!isBeforeGrant(call) || call.cancelRequestedAt !== null) return NOTHING;
  const dispatchNumber = call.dispatchNumber + 1;
  return {
    status: 'dispatched',
    dispatchNumber,
    room: roomName(call.id, dispatchNumber),
    dispatchId: null,
    dispatchedAt: call.dispatchedAt ?? now,
    nextDispatchAt,
  };
};

const granted = (call: Call, event: Extract<CallEvent, { type: 'granted' }>, now: Date): CallChange => {
  const mayDial =
    call.status === 'dispatched' &&
    call.dispatchNumber === event.dispatch &&
    call.cancelRequestedAt === null &&
    call.notAfter > now;
  if (!mayDial) return NOTHING;
  return {
    status: 'dialing',
    dialingAt: now,
    grantToken: event.token,
    grantExpiresAt: new Date(now.getTime() + DIAL_WITHIN_MS),
    jobId: event.jobId,
    lastAliveAt: now,
    nextDispatchAt: null,
  };
};

const withLeg = (legs: readonly CallLeg[], leg: CallLeg): readonly CallLeg[] => {
  const known = legs.find((other) => other.identity === leg.identity);
  const merged: CallLeg = {
    identity: leg.identity,
    participant_sid: leg.participant_sid ?? known?.participant_sid ?? null,
    sip_call_id: leg.sip_call_id ?? known?.sip_call_id ?? null,
  };
  return known === undefined ? [...legs, merged] : legs.map((other) => (other === known ? merged : other));
};

// The agent's clock counts from the grant, so a report that was held up still tells its own time.
const timeOf = (call: Call, report: CallReport, now: Date): Date =>
  latest(earliest(new Date((call.dialingAt ?? now).getTime() + report.at_ms), now), call.dialingAt);

// The outcome was the last word. Only a leg adds to it, and the time of a ringing that it speaks of.
const reportedAfterEnd = (call: Call, report: CallReport, now: Date): CallChange => {
  if (report.type === 'leg') return { legs: withLeg(call.legs, report.leg) };
  const at = timeOf(call, report, now);
  const fits =
    report.type === 'ringing' &&
    call.ringingAt === null &&
    call.outcome?.rang === true &&
    at <= earliest(now, call.answeredAt, call.endedAt);
  return fits ? { ringingAt: at } : NOTHING;
};

const reported = (call: Call, report: CallReport, now: Date): CallChange => {
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
      return { legs: withLeg(call.legs, report.leg) };
    case 'transfer':
      return { transfer: report.transfer };
    case 'not_dialed':
      if (call.status !== 'dialing') return NOTHING;
      return call.cancelRequestedAt === null
        ? finish(call, makeOutcome('not_dialed', { message: report.message }), at)
        : finish(call, makeOutcome('canceled_by_api', { hung_up_by: 'api' }), at);
    case 'ended':
      return finish(call, report.outcome, at);
  }
};

const lost = (call: Call, event: Extract<CallEvent, { type: 'lost' }>, now: Date): CallChange => {
  // Heard of while LiveKit was being asked: not lost after all, and its own report will tell the end.
  const spoke = call.lastAliveAt !== null && call.lastAliveAt > (event.silentSince ?? new Date(0));
  if (!isGranted(call) || spoke) return NOTHING;
  const evidence = evidenceOf(call, now);
  if (!event.sipLegSeen && !sawLeg(call)) return finish(call, makeOutcome('outcome_unknown', evidence), now);
  const reason = call.cancelRequestedAt === null ? 'agent_lost' : 'canceled_by_api';
  const hungUpBy = call.cancelRequestedAt === null ? 'platform' : 'api';
  return finish(call, makeOutcome(reason, { ...evidence, hung_up_by: hungUpBy }), now);
};

/**
 * The whole state machine: what an event changes about a call, `{}` for nothing. Late, doubled and
 * reordered events never change a final status or its outcome, and times never run backwards.
 * `now` is the database clock. The store's one-statement forms of `dispatched` and `granted` must do
 * what is written here; the store's tests compare them.
 */
export const advanceCall = (call: Call, event: CallEvent, now: Date): CallChange => {
  switch (event.type) {
    case 'dispatched':
      return dispatched(call, event.nextDispatchAt, now);
    case 'granted':
      return granted(call, event, now);
    case 'report':
      return reported(call, event.report, now);
    case 'cancel_requested': {
      if (isFinal(call.status) || call.cancelRequestedAt !== null) return NOTHING;
      // Nobody holds a grant and nobody will get one, so the end is certain already.
      return isBeforeGrant(call)
        ? {
            cancelRequestedAt: now,
            ...finish(call, makeOutcome('canceled_by_api', { hung_up_by: 'api' }), now),
          }
        : { cancelRequestedAt: now };
    }
    case 'not_after_passed':
      return isBeforeGrant(call) ? finish(call, makeOutcome('expired'), now) : NOTHING;
    case 'no_agent':
      return call.status === 'dispatched'
        ? finish(
            call,
            makeOutcome('agent_unavailable', event.message === null ? {} : { message: event.message }),
            now,
          )
        : NOTHING;
    case 'livekit_rejected':
      return call.status === 'dispatched' ? finish(call, makeOutcome('livekit_rejected'), now) : NOTHING;
    case 'lost':
      return lost(call, event, now);
  }
};
