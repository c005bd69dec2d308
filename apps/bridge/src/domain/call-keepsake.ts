import {
  type CallOutcome,
  type CallResult,
  type Follows,
  isFinal,
  makeOutcome,
  RESULT_WITHIN_MS,
} from '@outdial/telephony';
import type { Call } from './call.ts';
import { type CallChange, NOTHING } from './call-change.ts';

const OVERDUE = `No result came within ${RESULT_WITHIN_MS / 1000} s of the end; the agent may have died or be cut off.`;

/** What the final report says will follow it. */
export const announced = (call: Call, follows: Follows | undefined, now: Date): CallChange => ({
  ...(follows?.result === true && call.resultAt === null
    ? { resultDueAt: new Date(now.getTime() + RESULT_WITHIN_MS) }
    : NOTHING),
  ...(follows?.recording === true && call.record && call.recordingState === null
    ? { recordingState: 'awaited' as const }
    : NOTHING),
});

/** Whether a call is over and what it came to is still on its way: `call.ended` is told with it. */
export const awaitsResult = (call: Call): boolean =>
  isFinal(call.status) && call.resultDueAt !== null && call.resultAt === null;

/**
 * How long after a result's deadline `call.ended` is sent by itself. Giving the result up brings it forward and
 * says in the record why there is none; due at the deadline itself, it could be sent just before that.
 */
export const GIVE_UP_WITHIN_MS = 2_000;

/** When `call.ended` is due: with the result where one was announced, soon after its deadline without it. */
export const endToldAt = (call: Call, now: Date): Date =>
  awaitsResult(call) && call.resultDueAt !== null
    ? new Date(call.resultDueAt.getTime() + GIVE_UP_WITHIN_MS)
    : now;

/** Whether there is nothing more to wait for. */
export const isSettled = (call: Call): boolean => isFinal(call.status) && !awaitsResult(call);

/** The result of a call, once; one that was given up is taken all the same when it comes. */
export const resultArrived = (call: Call, said: CallResult, now: Date): CallChange => {
  const wasGivenUp = call.transcriptAt === null && call.resultProblem === OVERDUE;
  if (call.purgedAt !== null || (call.resultAt !== null && !wasGivenUp)) return NOTHING;
  return {
    resultAt: now,
    result: said.result,
    summary: said.summary,
    resultProblem: said.problem,
    transcriptAt: now,
    ...(call.recordingState === 'awaited' && !said.recording ? { recordingState: null } : NOTHING),
  };
};

/** The result did not come in time; the end is told without it. */
export const resultOverdue = (call: Call, now: Date): CallChange =>
  awaitsResult(call) && call.resultDueAt !== null && call.resultDueAt <= now
    ? { resultAt: now, resultProblem: OVERDUE }
    : NOTHING;

/** The recording is on our disk. */
export const recordingStored = (call: Call): CallChange =>
  call.purgedAt === null && call.recordingState !== 'stored' ? { recordingState: 'stored' } : NOTHING;

/** The recording was deleted, and the transcript with it. */
export const recordingDeleted = (call: Call): CallChange => ({
  ...(call.recordingState === null ? NOTHING : { recordingState: 'deleted' as const }),
  ...(call.transcriptAt === null ? NOTHING : { transcriptAt: null }),
});

/** What stands in place of a number that was deleted. */
export const PURGED_NUMBER = 'deleted';

/**
 * Deletes what a record says about people. Its id, times, outcome, limits and the digests that keep a
 * repeated request from dialling again stay.
 */
export const purged = (call: Call, now: Date): CallChange => {
  if (!isSettled(call) || call.purgedAt !== null) return NOTHING;
  return {
    ...recordingDeleted(call),
    purgedAt: now,
    destination: PURGED_NUMBER,
    transferTarget: null,
    ...(call.callerIdSource === 'destination' ? { callerId: PURGED_NUMBER } : NOTHING),
    callerName: null,
    variables: null,
    greeting: null,
    instructions: null,
    grantedPlaybook: null,
    metadata: null,
    legs: [],
    bridgedLegs: [],
    transfer: null,
    result: null,
    summary: null,
    resultProblem: null,
    ...(call.outcome === null ? NOTHING : { outcome: withoutPeople(call.outcome) }),
  };
};

const withoutPeople = (outcome: CallOutcome): CallOutcome => ({
  ...outcome,
  message: makeOutcome(outcome.end_reason, { talk_ms: outcome.talk_ms }).message,
  sip: { ...outcome.sip, call_id: null },
  transfer: null,
});
