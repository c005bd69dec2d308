import { setTimeout as pause } from 'node:timers/promises';
import type { Room } from '@livekit/rtc-node';
import type { Logger } from '@outdial/runtime';
import { type GrantedCall, type SpeechFacts, traceFacts } from '@outdial/telephony';
import type { CallMark } from './adapters/call-marks.ts';
import { type LegGone, type LegWatch, watchLeg } from './adapters/leg-watch.ts';
import { CALLEE_IDENTITY, TARGET_IDENTITY } from './adapters/livekit-sip-leg.ts';
import type { AfterCall } from './after-call.ts';
import {
  type CallEndLatch,
  endOfLeg,
  endOfRoom,
  endOfRoomBeforeDial,
  ownError,
  REMOVED,
} from './call-end.ts';
import type { AgentConfig } from './config.ts';
import type { Conversation } from './conversation.ts';
import { type Dialed, dial } from './dial.ts';
import { buildInvite } from './invite.ts';
import { outcomeOf } from './outcome.ts';
import type { CallLedger, SipLeg, TargetLeg } from './ports.ts';
import { checkRails } from './rails.ts';
import { takeDown } from './take-down.ts';
import { startCallClock } from './talk/call-clock.ts';
import { endOfBridgedLeg } from './transfer/bridge.ts';
import type { CallMedia } from './transfer/ports.ts';
import { createTransfers, type Transfers } from './transfer/transfers.ts';

/** What one call needs from its job. */
export type CallJob = {
  readonly config: AgentConfig;
  readonly room: Room;
  /** Joins the room; the leg is watched from then on. */
  readonly connect: () => Promise<void>;
  readonly ledger: CallLedger;
  readonly leg: SipLeg;
  readonly targetLeg: TargetLeg;
  readonly media: CallMedia;
  readonly converse: (call: GrantedCall, transfers: Transfers) => Conversation;
  /** Keeps what was said; `null` for a call that has no record. */
  readonly afterCall: AfterCall | null;
  /** How well speech has kept up so far; `null` before there was any. */
  readonly speechFacts: () => SpeechFacts | null;
  readonly end: CallEndLatch;
  /** Marks the call as live for whoever outlives this process. */
  readonly hold: () => CallMark;
  readonly log: Logger;
};

/**
 * One call from its grant to its last report, read top to bottom. Whatever happens in between, a
 * granted call is reported exactly once, its leg is hung up and its room is deleted. A job without
 * a grant leaves and touches nothing.
 */
export const runCall = async (job: CallJob): Promise<void> => {
  const { config, ledger, leg, end, log } = job;
  const watch = watchLeg(job.room, CALLEE_IDENTITY, {
    onLeg: (participant_sid, sip_call_id) =>
      ledger.note({
        type: 'leg',
        leg: { identity: 'callee', participant_sid, sip_call_id, sip_status: null, sip_reason: null },
      }),
    onRinging: () => ledger.note({ type: 'ringing' }),
  });
  // The room is joined while the grant is asked for: who watches early sees the ringing.
  let watched = false;
  const connecting = job.connect().then(() => {
    watched = true;
  });
  connecting.catch((error) => end.decide(ownError(`The room cannot be joined: ${error}`)));

  // A job that has to end already leaves the call to another one.
  if (end.current() !== null) return log.warn('the job ends before it asked for the call');
  const grant = await ledger.grant();
  if (grant.status === 'refused') return log.info({ reason: grant.reason }, 'no grant: nothing is dialled');
  const { call } = grant;
  // From here on every line of this job names the trace.
  log.setBindings(traceFacts(call.traceparent));
  ledger.onCancel(() => end.decide({ reason: 'canceled_by_api', hungUpBy: 'api' }));

  let answeredAt: number | null = null;
  let sip: { readonly sipStatus: number | null; readonly sipReason: string | null } = NO_SIP;
  let stopClock = () => {};
  let transfers: Transfers | null = null;
  let answeredBy: Conversation['answeredBy'] = () => 'unknown';
  let dialing: Promise<Dialed> | null = null;
  const mark = job.hold();
  try {
    const rails = checkRails(call, config);
    if (rails.status === 'refused') return end.decide(rails.end);
    if (rails.warning !== null) log.warn({ warning: rails.warning }, 'the caller ID may be refused');
    const ways = createTransfers({
      ...{ call, config, leg, watch, ledger, end, callerId: rails.callerId },
      targetLeg: job.targetLeg,
      media: job.media,
      watchTarget: (listener) => watchLeg(job.room, TARGET_IDENTITY, listener),
      voice: () => talk,
      // Without a record nobody would watch over the two: they end with this process.
      onBridged: () => ledger.watchesOver && mark.bridged(),
    });
    const talk = job.converse(call, ways);
    transfers = ways;
    answeredBy = talk.answeredBy;

    // The INVITE does not wait for the session: both start now, and the session is up first.
    const invite = buildInvite(call, rails.callerId, config);
    const facts = { 'pii.destination': invite.dialString, 'pii.caller_id': invite.fromNumber };
    log.debug(facts, 'dialing destination');
    if (end.current() !== null) return;
    // Nobody would be there to talk, nor to see what becomes of the leg.
    const lost = watch.facts().roomLost;
    if (lost !== null) return end.decide(endOfRoomBeforeDial(lost));
    dialing = dial({ leg, watch, invite, dialBefore: grant.dialBefore, callerId: rails.callerId });
    log.debug({ ...facts, headers: Object.keys(invite.headers) }, 'outbound SIP call initiated');
    connecting
      .then(() => talk.start())
      .catch((error) => end.decide(ownError(`The session did not start: ${error}`)));
    const unanswered = dialing;
    void watch.roomLost.then(async (lost) => {
      // The carrier's answer may be on its way, and says more than the loss of our own place.
      if (lost.cause !== 'removed' && answeredAt === null) {
        const result = await Promise.race([unanswered, pause(LAST_ANSWER_MS, null, { ref: false })]);
        if (result !== null && result.status !== 'answered') return;
      }
      // A room that goes after its leg says nothing new: the leg's own end is being decided.
      if (watch.facts().gone === null) end.decide(endOfRoom(lost));
    });

    const dialed = await Promise.race([dialing, end.decided.then(() => null)]);
    if (dialed === null) return;
    if (dialed.status === 'removed') return end.decide(REMOVED);
    if (dialed.status === 'not_answered') {
      sip = dialed;
      const message = dialed.message === null ? {} : { message: dialed.message };
      return end.decide({ reason: dialed.reason, hungUpBy: null, ...message });
    }
    answeredAt = watch.facts().activeAt ?? performance.now();
    talk.listen();
    ledger.note({ type: 'answered' });
    log.info('answered');
    stopClock = startCallClock(call.max_call_seconds, {
      warn: talk.timeLeft,
      goodbye: () => talk.farewell('timeUp'),
      over: () => end.decide({ reason: 'max_duration', hungUpBy: 'agent' }),
    });
    void Promise.race([
      watch.gone,
      connecting.then(
        () => absent(watch),
        () => watch.gone,
      ),
    ]).then(async (gone) => {
      // A leg that goes while a transfer runs ends by that transfer's result, which comes at once.
      await ways.settled();
      end.decide(ways.bridged() ? endOfBridgedLeg(gone, 'callee') : endOfLeg(gone));
    });
    await end.decided;
  } catch (error) {
    log.error({ err: error }, 'the call failed in our own code');
    end.decide(ownError(String(error)));
  } finally {
    stopClock();
    const decided = await end.decided;
    // An answer that came while something else ended the call is an answer all the same.
    const answered = answeredAt ?? watch.facts().activeAt;
    const outcome = outcomeOf({
      end: decided,
      leg: watch.facts(),
      watched,
      answeredAt: answered,
      endedAt: performance.now(),
      ...sip,
      answeredBy: answeredBy(),
      transfer: transfers?.result() ?? null,
    });
    const after = answered === null ? null : (job.afterCall?.of(call, outcome, answered) ?? null);
    // Trouble of the agent is none of two people who talk without it: the bridge watches over them from here.
    if (decided.reason === 'agent_error' && ledger.watchesOver && transfers?.bridged() === true) {
      log.error({ reason: decided.message }, 'the job leaves; callee and target talk on');
    } else {
      log.info({ status: outcome.status, end_reason: outcome.end_reason, sip: outcome.sip }, 'call over');
      const deliver = await ledger.close(outcome, after?.follows ?? NOTHING_FOLLOWS, job.speechFacts());
      const dials = [dialing, transfers?.pending() ?? null].filter((one) => one !== null);
      await Promise.all([deliver(), takeDown(leg, dials), after?.draft()]);
      await mark.release();
    }
    await after?.finish();
  }
};

/** How long the answer to a dial is waited for when the room is lost. */
const LAST_ANSWER_MS = 2_000;

/** How long a leg may be missing from the room after its answer before it counts as gone. */
const ABSENT_MS = 2_000;

/** A callee who hung up before we had joined the room is never seen to leave it. */
const absent = async (watch: LegWatch): Promise<LegGone> => {
  await pause(ABSENT_MS, undefined, { ref: false });
  return watch.facts().seen ? watch.gone : { cause: 'hangup', detail: 'never seen in the room' };
};

const NOTHING_FOLLOWS = { result: false, recording: false };

const NO_SIP = { sipStatus: null, sipReason: null };
