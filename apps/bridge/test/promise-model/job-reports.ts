import {
  type CallLeg,
  type CallOutcome,
  type CallReport,
  type EndReason,
  type Follows,
  makeOutcome,
} from '@outdial/telephony';
import { type Job, now, pickOne, type World } from './world.ts';

/** What a job may say, if it is true. */
export const SAYINGS = ['alive', 'ringing', 'answered', 'leg', 'transfer', 'not_dialed', 'ended'] as const;
export type Saying = (typeof SAYINGS)[number];

const BEFORE_DIAL: readonly EndReason[] = ['agent_error', 'trunk_misconfigured', 'sip_unavailable'];
const UNANSWERED: readonly EndReason[] = [
  'busy',
  'no_answer',
  'busy',
  'unavailable',
  'declined',
  'carrier_error',
  'agent_error',
  'canceled_by_api',
  'outcome_unknown',
];
const ANSWERED: readonly EndReason[] = [
  'callee_hangup',
  'agent_hangup',
  'transferred',
  'media_timeout',
  'provider_error',
  'canceled_by_api',
  'agent_error',
];

const TRANSFER = { target: 'tel:+61255500100', mode: 'refer', result: 'confirmed' } as const;

/** The leg that a job's INVITE makes in its room. */
export const legOf = (job: Job): CallLeg => ({
  identity: 'callee',
  participant_sid: `PA_${job.token}`,
  sip_call_id: `sip-${job.token}`,
  sip_status: null,
  sip_reason: null,
});

/** How a job's call ended: one of the ways in which it can have, as far as the job has come. */
export const endOf = (job: Job, pick: number): CallOutcome => {
  if (job.answered) {
    const reason = pickOne(ANSWERED, pick) ?? 'callee_hangup';
    return makeOutcome(reason, {
      talk_ms: (pick * 97) % 9_000,
      transfer: reason === 'transferred' ? TRANSFER : null,
    });
  }
  return makeOutcome(pickOne(job.dialed ? UNANSWERED : BEFORE_DIAL, pick) ?? 'agent_error');
};

/** A conversation is followed by what it came to; now and then its job does not say so. */
const followsOf = (job: Job, pick: number): Follows => ({
  result: job.answered && pick % 4 !== 3,
  recording: false,
});

type Body = CallReport extends infer One
  ? One extends CallReport
    ? Omit<One, 'token' | 'seq' | 'at_ms'>
    : never
  : never;

const bodyOf = (job: Job, saying: Saying, pick: number): Body => {
  const happened = {
    alive: true,
    ringing: job.dialed,
    answered: job.dialed,
    leg: job.dialed,
    transfer: job.answered,
    not_dialed: !job.dialed,
    ended: true,
  }[saying];
  if (!happened) return { type: 'alive' };
  switch (saying) {
    case 'alive':
    case 'ringing':
    case 'answered':
      return { type: saying };
    case 'leg':
      return { type: 'leg', leg: legOf(job) };
    case 'transfer':
      return { type: 'transfer', transfer: TRANSFER };
    case 'not_dialed':
      return { type: 'not_dialed', message: 'The grant came too late.' };
    case 'ended':
      return { type: 'ended', outcome: endOf(job, pick), follows: followsOf(job, pick) };
  }
};

/** The next report of a job that holds the grant. `pick` also makes its clock wrong now and then. */
export const nextReport = (world: World, job: Job, saying: Saying, pick: number): CallReport => {
  const body = bodyOf(job, saying, pick);
  if (body.type === 'answered') job.answered = true;
  if (body.type === 'ended' || body.type === 'not_dialed') job.over = true;
  job.seq += 1;
  const clockFactor = [1, 1, 0, 5][pick % 4] ?? 1;
  const atMs = Math.round((now(world) - (job.grantedAt ?? now(world))) * clockFactor);
  return { ...body, token: job.token, seq: job.seq, at_ms: Math.max(0, atMs) } as CallReport;
};
