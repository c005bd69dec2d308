import {
  type CallLeg,
  type CallOutcome,
  type CallReport,
  type CallResult,
  DIAL_WITHIN_MS,
  isFinal,
  makeOutcome,
} from '@outdial/telephony';
import type { GrantedLeg } from './bridged-leg.ts';
import { type Call, roomName } from './call.ts';
import {
  bridgedSince,
  type CallChange,
  calleeCallId,
  evidenceOf,
  finish,
  isBeforeGrant,
  isGranted,
  legsSeen,
  NOTHING,
  sawLeg,
} from './call-change.ts';
import { purged, recordingDeleted, recordingStored, resultArrived, resultOverdue } from './call-keepsake.ts';
import { isOverlong, reported } from './report-change.ts';

/** Everything that can happen to a call after it was accepted. */
export type CallEvent =
  | { readonly type: 'dispatched'; readonly nextDispatchAt: Date }
  | { readonly type: 'granted'; readonly token: string; readonly dispatch: number; readonly jobId: string }
  | { readonly type: 'report'; readonly report: CallReport }
  | { readonly type: 'cancel_requested' }
  | { readonly type: 'leg_granted'; readonly leg: GrantedLeg }
  /** LiveKit showed callee and target in the room, both answered, though nobody told so. */
  | { readonly type: 'bridged_seen'; readonly legs: readonly CallLeg[] }
  /** Nobody was granted, and now it is too late; `message`: why, where the bridge knows. */
  | { readonly type: 'not_after_passed'; readonly message?: string }
  /** A rail does not let it start now: it waits once more, whatever was dispatched before. */
  | { readonly type: 'postponed'; readonly until: Date; readonly notAfter: Date }
  | { readonly type: 'no_agent'; readonly message: string | null }
  | { readonly type: 'livekit_rejected'; readonly dispatch: number }
  /** A check of the door, made again before a dispatch, refuses now. */
  | { readonly type: 'blocked'; readonly message: string }
  /** LiveKit showed a SIP leg in the call's room: a hint of its webhook, or a look into the room. */
  | { readonly type: 'leg_seen'; readonly leg: CallLeg }
  /** A SIP leg was found, and removed, after the end. */
  | { readonly type: 'late_leg'; readonly legs: readonly CallLeg[] }
  /** The words of the call and what they come to, from its job or from its worker's spool. */
  | { readonly type: 'result'; readonly result: CallResult }
  /** Nothing of the sort came in time. */
  | { readonly type: 'result_overdue' }
  | { readonly type: 'recording_stored' }
  /** Its time of keeping is over; the files are gone already. */
  | { readonly type: 'recording_deleted' }
  /** Somebody asked to delete what the record says about people; the files are gone already. */
  | { readonly type: 'purged' }
  /** The host lost its power since this was written: what stands here may be older than what happened. */
  | { readonly type: 'power_lost' }
  /** The database was restored from a backup of that moment: what happened since is not known. */
  | { readonly type: 'restored'; readonly takenAt: Date }
  /** The lease ran out: nothing was heard since `silentSince`. `legs`: those that LiveKit showed, removed by now. */
  | { readonly type: 'lost'; readonly legs: readonly CallLeg[]; readonly silentSince: Date | null };

const dispatched = (call: Call, nextDispatchAt: Date, now: Date): CallChange => {
  if (!isBeforeGrant(call) || call.cancelRequestedAt !== null || call.notAfter <= now) return NOTHING;
  const dispatchNumber = call.dispatchNumber + 1;
  return {
    status: 'dispatched',
    dispatchNumber,
    room: roomName(call.id, dispatchNumber),
    dispatchId: null,
    dispatchedAt: call.dispatchedAt ?? now,
    lastDispatchAt: now,
    nextDispatchAt,
  };
};

// A job of an earlier dispatch that asks now gets nothing. The clock of "no agent took it" begins anew.
const postponed = (call: Call, until: Date, notAfter: Date): CallChange =>
  isBeforeGrant(call) && call.cancelRequestedAt === null
    ? { status: 'queued', scheduledFor: until, notAfter, dispatchedAt: null, nextDispatchAt: null }
    : NOTHING;

const granted = (call: Call, event: Extract<CallEvent, { type: 'granted' }>, now: Date): CallChange => {
  // The job of any dispatch of this call, first come, first served: on a busy machine a job may start after its
  // call was dispatched again, and if only the newest counted, none would ever be in time.
  const mayDial =
    call.status === 'dispatched' &&
    event.dispatch >= 1 &&
    event.dispatch <= call.dispatchNumber &&
    call.cancelRequestedAt === null &&
    call.notAfter > now;
  if (!mayDial) return NOTHING;
  return {
    status: 'dialing',
    room: roomName(call.id, event.dispatch),
    dispatchId: event.dispatch === call.dispatchNumber ? call.dispatchId : null,
    dialingAt: now,
    grantToken: event.token,
    grantExpiresAt: new Date(now.getTime() + DIAL_WITHIN_MS),
    jobId: event.jobId,
    lastAliveAt: now,
    nextDispatchAt: null,
  };
};

const legGranted = (call: Call, leg: GrantedLeg, now: Date): CallChange => {
  const isAsked = call.bridgedLegs.some(({ key }) => key === leg.key);
  if (!isGranted(call) || isAsked || call.cancelRequestedAt !== null || call.bridgedAt !== null)
    return NOTHING;
  return { bridgedLegs: [...call.bridgedLegs, leg], legOpen: true, lastDispatchAt: now };
};

const bridgedSeen = (call: Call, legs: readonly CallLeg[], now: Date): CallChange => {
  const leg = call.bridgedLegs.at(-1);
  if (!isGranted(call) || leg === undefined || call.bridgedAt !== null) return NOTHING;
  const transfer = { target: leg.uri, mode: 'bridge', result: 'confirmed' } as const;
  return { ...legsSeen(call, legs), ...bridgedSince(call, transfer, now) };
};

// Two people who talked without an agent: who of them was still there tells who hung up.
const bridgedEnd = (call: Call, legs: readonly CallLeg[], now: Date): CallOutcome => {
  const left = new Set(legs.map(({ identity }) => identity));
  const sip = { status: 200, reason: 'OK', call_id: calleeCallId(call) };
  const evidence = { ...evidenceOf(call, now), sip };
  if (call.cancelRequestedAt !== null)
    return makeOutcome('canceled_by_api', { ...evidence, hung_up_by: 'api' });
  if (isOverlong(call, now)) return makeOutcome('max_duration', { ...evidence, hung_up_by: 'platform' });
  const hungUpBy = left.has('callee') ? 'target' : left.has('target') ? 'callee' : null;
  return makeOutcome('transferred', { ...evidence, hung_up_by: hungUpBy });
};

const lost = (call: Call, event: Extract<CallEvent, { type: 'lost' }>, now: Date): CallChange => {
  // Heard of while LiveKit was being asked: not lost after all, and its own report will tell the end.
  const spoke = call.lastAliveAt !== null && call.lastAliveAt > (event.silentSince ?? new Date(0));
  // Until its window is over the job may still be about to dial.
  const mayDial = call.grantExpiresAt !== null && call.grantExpiresAt > now;
  if (!isGranted(call) || spoke || mayDial) return NOTHING;
  const seen = legsSeen(call, event.legs);
  const known = { ...call, ...seen };
  const evidence = evidenceOf(known, now);
  if (known.bridgedAt !== null) return { ...seen, ...finish(known, bridgedEnd(known, event.legs, now), now) };
  if (!sawLeg(known)) return finish(call, makeOutcome('outcome_unknown', evidence), now);
  const reason = call.cancelRequestedAt === null ? 'agent_lost' : 'canceled_by_api';
  const hungUpBy = call.cancelRequestedAt === null ? 'platform' : 'api';
  return { ...seen, ...finish(known, makeOutcome(reason, { ...evidence, hung_up_by: hungUpBy }), now) };
};

const POWER_LOST =
  'The host lost its power while this call was open, and the embedded database may have forgotten what happened last; the number may have been dialled. Use DATABASE_URL where that matters.';

const restoredFrom = (takenAt: Date): string =>
  `The database was restored from a backup of ${takenAt.toISOString()}, when this call was open; what became of it is not known, and the number may have been dialled.`;

const evidenceLost = (call: Call, message: string, now: Date): CallChange => {
  const notYet = call.status === 'queued' && call.scheduledFor !== null && call.scheduledFor > now;
  if (isFinal(call.status) || notYet) return NOTHING;
  return finish(call, makeOutcome('outcome_unknown', { ...evidenceOf(call, now), message }), now);
};

/**
 * The whole state machine: what an event changes about a call, `{}` for nothing. Late, doubled and
 * reordered events never change a final status or its outcome, and times never run backwards.
 * `now` is the database clock.
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
    case 'leg_granted':
      return legGranted(call, event.leg, now);
    case 'bridged_seen':
      return bridgedSeen(call, event.legs, now);
    case 'not_after_passed':
      return isBeforeGrant(call)
        ? finish(
            call,
            makeOutcome('expired', event.message === undefined ? {} : { message: event.message }),
            now,
          )
        : NOTHING;
    case 'postponed':
      return postponed(call, event.until, event.notAfter);
    case 'no_agent':
      return call.status === 'dispatched'
        ? finish(
            call,
            makeOutcome('agent_unavailable', event.message === null ? {} : { message: event.message }),
            now,
          )
        : NOTHING;
    case 'livekit_rejected':
      return call.status === 'dispatched' && call.dispatchNumber === event.dispatch
        ? finish(call, makeOutcome('livekit_rejected'), now)
        : NOTHING;
    case 'blocked':
      return isBeforeGrant(call)
        ? finish(call, makeOutcome('blocked', { message: event.message }), now)
        : NOTHING;
    case 'leg_seen':
      return isBeforeGrant(call) ? NOTHING : legsSeen(call, [event.leg]);
    case 'late_leg':
      return isFinal(call.status)
        ? { ...legsSeen(call, event.legs), ...(call.lateLeg ? NOTHING : { lateLeg: true }) }
        : NOTHING;
    case 'result':
      return resultArrived(call, event.result, now);
    case 'result_overdue':
      return resultOverdue(call, now);
    case 'recording_stored':
      return recordingStored(call);
    case 'recording_deleted':
      return recordingDeleted(call);
    case 'purged':
      return purged(call, now);
    case 'power_lost':
      return evidenceLost(call, POWER_LOST, now);
    case 'restored':
      return evidenceLost(call, restoredFrom(event.takenAt), now);
    case 'lost':
      return lost(call, event, now);
  }
};
