import {
  END_REASON_NAMES,
  END_REASONS,
  GRANT_REFUSALS,
  type GrantAnswer,
  LEG_REFUSALS,
  type LegAnswer,
} from '@outdial/telephony';
import { Counter, Histogram, type Registry } from 'prom-client';
import type { Call } from '../domain/call.ts';

const RING_SECONDS = [1, 2, 5, 10, 15, 20, 30, 45, 60, 75];
const TALK_SECONDS = [5, 10, 30, 60, 120, 300, 600, 840, 1_800, 3_600, 14_400];
const WAIT_SECONDS = [0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1_800, 3_600];

/** Answers that are told as 0 before the first: a counter that begins at 1 shows no increase. */
const USUAL_ANSWERS = ['none', 200, 403, 404, 408, 480, 486, 487, 488, 500, 503, 603] as const;

/** Every status with which a reason can end a call. */
const statusesOf = (reason: (typeof END_REASON_NAMES)[number]) => {
  const { status, whenAnswered } = END_REASONS[reason];
  return new Set([status, whenAnswered?.status ?? status]);
};

/** From one moment to another, never below 0. */
export const secondsBetween = (from: Date, to: Date): number =>
  Math.max(0, to.getTime() - from.getTime()) / 1_000;

/** What happens to calls, as this process wrote it down since its start. */
export const createCallMetrics = (registry: Registry) => {
  const registers = [registry];
  const accepted = new Counter({
    name: 'outdial_calls_accepted_total',
    help: 'Calls that were written down, further attempts and retries among them.',
    registers,
  });
  const ended = new Counter({
    name: 'outdial_calls_ended_total',
    help: 'Calls that ended, by status and end reason.',
    labelNames: ['status', 'end_reason'] as const,
    registers,
  });
  for (const end_reason of END_REASON_NAMES)
    for (const status of statusesOf(end_reason)) ended.inc({ status, end_reason }, 0);
  const sipAnswers = new Counter({
    name: 'outdial_sip_answers_total',
    help: 'Final SIP status of the callee’s leg of calls that ended; none: no answer was seen.',
    labelNames: ['sip_status'] as const,
    registers,
  });
  for (const status of USUAL_ANSWERS) sipAnswers.inc({ sip_status: String(status) }, 0);
  const wait = new Histogram({
    name: 'outdial_call_wait_seconds',
    help: 'From the time at which a call may start to its grant to dial.',
    buckets: WAIT_SECONDS,
    registers,
  });
  const ring = new Histogram({
    name: 'outdial_call_ring_seconds',
    help: 'How long phones rang.',
    buckets: RING_SECONDS,
    registers,
  });
  const talk = new Histogram({
    name: 'outdial_call_talk_seconds',
    help: 'From the answer to the end.',
    buckets: TALK_SECONDS,
    registers,
  });
  const dispatches = new Counter({
    name: 'outdial_dispatches_total',
    help: 'Dispatches: first ones, and those made again because no agent took the one before.',
    labelNames: ['kind'] as const,
    registers,
  });
  for (const kind of ['first', 'again']) dispatches.inc({ kind }, 0);
  const grants = new Counter({
    name: 'outdial_grants_total',
    help: 'Answers to agents that asked to dial; all but granted are refusals.',
    labelNames: ['answer'] as const,
    registers,
  });
  for (const answer of ['granted', ...GRANT_REFUSALS]) grants.inc({ answer }, 0);
  const legGrants = new Counter({
    name: 'outdial_leg_grants_total',
    help: 'Answers to agents that asked to dial a transfer target as a second leg.',
    labelNames: ['answer'] as const,
    registers,
  });
  for (const answer of ['granted', ...LEG_REFUSALS]) legGrants.inc({ answer }, 0);
  const lateLegs = new Counter({
    name: 'outdial_late_legs_total',
    help: 'Calls with a leg that turned up after their end and was removed.',
    registers,
  });

  return {
    accepted: () => accepted.inc(),
    dispatched: (dispatchNumber: number) =>
      dispatches.inc({ kind: dispatchNumber === 1 ? 'first' : 'again' }),
    granted: ({ createdAt, scheduledFor, dialingAt }: Call) => {
      if (dialingAt !== null) wait.observe(secondsBetween(scheduledFor ?? createdAt, dialingAt));
    },
    ended: ({ outcome }: Call) => {
      if (outcome === null) return;
      const { status, end_reason, sip, ring_ms: ringMs, talk_ms: talkMs } = outcome;
      ended.inc({ status, end_reason });
      sipAnswers.inc({ sip_status: String(sip.status ?? 'none') });
      if (ringMs !== null) ring.observe(ringMs / 1_000);
      if (talkMs !== null) talk.observe(talkMs / 1_000);
    },
    lateLeg: () => lateLegs.inc(),
    grantAnswered: (answer: GrantAnswer) =>
      grants.inc({ answer: answer.granted ? 'granted' : answer.reason }),
    legAnswered: (answer: LegAnswer) => legGrants.inc({ answer: answer.granted ? 'granted' : answer.reason }),
  };
};
