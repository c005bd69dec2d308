import { type CallReport, isFinal } from '@outdial/telephony';
import fc from 'fast-check';
import { expect } from 'vitest';
import { grantCall } from '../../src/flow/grant-call.ts';
import { noteLeg } from '../../src/flow/note-leg.ts';
import { recordReport } from '../../src/flow/record-report.ts';
import { takeResult } from '../../src/flow/take-result.ts';
import { result as aResult } from '../fixtures.ts';
import { runRound } from './bridge-verbs.ts';
import { endOf, legOf, nextReport, SAYINGS, type Saying } from './job-reports.ts';
import { bridge, pick, verb } from './verb.ts';
import { attempt, type Job, now, passTime, pickOne, type Rig, startJob, type World } from './world.ts';

/** A job asks for the grant; the first answer of each token says until when it may dial. */
export const askGrant = async (
  world: World,
  rig: Rig,
  job: Job,
  bridge: number,
  answerTakesMs: number,
): Promise<void> => {
  const { callId: id, token, dispatch } = job;
  const refusable = world.canceled.has(id) || world.ends.has(id);
  const askedAt = now(world);
  const granted = await attempt(rig, bridge, (deps) =>
    grantCall(deps, id, { token, dispatch, job_id: `AJ_${dispatch}` }),
  );
  await passTime(world, rig, answerTakesMs);
  const answer = granted?.answer;
  if (answer?.granted !== true) return;
  expect(refusable, 'no grant for what is canceled or over').toBe(false);
  expect(world.grants.get(id) ?? token, 'one grant, one token').toBe(token);
  if (!world.grants.has(id)) rig.counts.grants += 1;
  world.grants.set(id, token);
  job.grantedAt ??= askedAt;
  job.dialBefore = askedAt + answer.dial_within_ms;
};

/** The job dials, once in its life and only within its window: an INVITE leaves. */
export const dial = async (world: World, rig: Rig, job: Job): Promise<void> => {
  const databaseNow = await rig.store.calls.now();
  if (job.over || job.dialed || job.dialBefore === null || now(world) >= job.dialBefore) return;
  job.dialed = true;
  world.invites.set(job.callId, (world.invites.get(job.callId) ?? 0) + 1);
  rig.counts.invites += 1;
  rig.livekit.rooms.set(job.room, { agent: true, legs: [legOf(job)] });
  const call = await rig.store.calls.find(job.callId);
  expect(call !== null && isFinal(call.status), 'nothing is dialled that is over').toBe(false);
  expect((call?.grantExpiresAt ?? 0) > databaseNow, 'nothing is dialled after its window').toBe(true);
};

/** A report reaches a bridge, or stays with its job when no answer comes. */
export const tell = async (
  world: World,
  rig: Rig,
  job: Job,
  report: CallReport,
  bridge: number,
): Promise<void> => {
  const mustCancel = world.canceled.has(job.callId) || world.ends.has(job.callId);
  const result = await attempt(rig, bridge, (deps) => recordReport(deps, job.callId, report));
  if (result === null) {
    job.held.push(report);
    return;
  }
  // Who never got an answer to its question may hold the grant without knowing.
  const holds = world.grants.get(job.callId) === job.token;
  if (holds) expect(result.status, 'the holder of the grant is heard').toBe('taken');
  if (result.status !== 'taken') return;
  if (mustCancel) expect(result.cancel, 'what is canceled or over is told so').toBe(true);
  if (result.cancel) job.over = true;
};

/** A job says something, at once, twice, or so late that something else comes first. */
export const say = async (
  world: World,
  rig: Rig,
  job: Job,
  saying: Saying,
  draw: number,
  bridge: number,
  how: 'now' | 'twice' | 'late' = 'now',
): Promise<void> => {
  const report = nextReport(world, job, saying, draw);
  if (how === 'late') job.held.push(report);
  else await tell(world, rig, job, report, bridge);
  if (how === 'twice') await tell(world, rig, job, report, bridge + 1);
};

const granted = (world: World) => world.jobs.filter((job) => job.grantedAt !== null);
const dialed = (world: World) => world.jobs.filter((job) => job.dialed);

/** A job asks, a new one or one that has asked before; it may dial at once. */
export const ask = verb(
  'ask',
  {
    job: pick,
    isNew: fc.boolean(),
    bridge,
    answerTakesMs: fc.constantFrom(0, 0, 0, 2_000, 3_500),
    dials: fc.constantFrom(true, true, false),
  },
  async ({ job: which, isNew, bridge, answerTakesMs, dials }, world, rig, racing) => {
    // Newest first: most jobs come from the newest dispatch.
    const job = isNew
      ? startJob(world, rig, Math.max(0, rig.livekit.dispatched.length - 1 - (which % 4)))
      : pickOne(world.jobs, which);
    if (job == null) return;
    await askGrant(world, rig, job, bridge, racing ? 0 : answerTakesMs);
    if (dials) await dial(world, rig, job);
  },
);

/** A job that was granted dials now, if it may still. */
export const dialLater = verb('dial', { job: pick }, async ({ job: which }, world, rig) => {
  const job = pickOne(granted(world), which);
  if (job !== undefined) await dial(world, rig, job);
});

/** A job tells what is so. */
export const report = verb(
  'report',
  {
    job: pick,
    saying: fc.constantFrom(...SAYINGS, 'ended' as const),
    draw: pick,
    how: fc.constantFrom('now' as const, 'now' as const, 'twice' as const, 'late' as const),
    bridge,
  },
  async ({ job: which, saying, draw, how, bridge }, world, rig) => {
    // Mostly of the newest; also one that has told an end already, and then tells another.
    const job = pickOne(which < 80 ? granted(world).slice(-2) : granted(world), which);
    if (job !== undefined) await say(world, rig, job, saying, draw, bridge, how);
  },
);

/** What a conversation came to arrives: before its end is told, after it, long after it, or again. */
export const result = verb('result', { job: pick, bridge }, async ({ job: which, bridge }, world, rig) => {
  const job = pickOne(
    granted(world).filter(({ answered }) => answered),
    which,
  );
  if (job === undefined) return;
  const said = { ...aResult().result, token: job.token };
  const taken = await attempt(rig, bridge, (deps) => takeResult(deps, job.callId, said));
  if (taken !== null) expect(taken, 'the holder of the grant is heard').toBe('taken');
});

/** Something that was held up arrives, in any order and perhaps once more later. */
export const lateReport = verb(
  'late report',
  { job: pick, which: pick, again: fc.boolean(), bridge },
  async ({ job: at, which, again, bridge }, world, rig) => {
    const job = pickOne(
      world.jobs.filter(({ held }) => held.length > 0),
      at,
    );
    const late = job === undefined ? undefined : pickOne(job.held, which);
    if (job === undefined || late === undefined) return;
    if (!again) job.held.splice(job.held.indexOf(late), 1);
    await tell(world, rig, job, late, bridge);
  },
);

/** Somebody without the grant reports an end. */
export const strangersReport = verb(
  'stranger',
  { call: pick, job: pick, draw: pick, bridge },
  async ({ call, job: which, draw, bridge }, world, rig) => {
    const id = pickOne([...world.seen.keys()], call);
    const job = pickOne(world.jobs, which);
    if (id === undefined || job === undefined || world.seen.get(id)?.grantToken === job.token) return;
    const outcome = endOf({ ...job, dialed: true, answered: draw % 2 === 0 }, draw);
    const result = await attempt(rig, bridge, (deps) =>
      recordReport(deps, id, { token: job.token, seq: 1 + (draw % 3), at_ms: draw, type: 'ended', outcome }),
    );
    // In a race it may have been granted meanwhile; then it is no stranger, but it lies.
    if (result !== null) expect(result.status, 'no stranger is heard').toBe('not_granted');
  },
);

/** A job dies, and its leg with it or not; or its leg alone comes, late, or goes. */
export const room = verb(
  'room',
  { job: pick, dies: fc.boolean(), leg: fc.boolean() },
  async ({ job: which, dies, leg }, world, rig) => {
    const job = pickOne(dies ? world.jobs : dialed(world), which);
    if (job === undefined) return;
    if (dies) job.over = true;
    rig.livekit.rooms.set(job.room, { agent: !dies, legs: leg && job.dialed ? [legOf(job)] : [] });
  },
);

/** The rooms of a call that is over are gone; then its leg turns up, and a sweep may find it. */
export const lateLeg = verb('late leg', { job: pick, bridge }, async ({ job: which, bridge }, world, rig) => {
  const job = pickOne(
    dialed(world).filter(({ callId }) => world.ends.has(callId)),
    which,
  );
  if (job === undefined) return;
  await passTime(world, rig, 4_000);
  await runRound(rig, 'rooms', bridge);
  rig.livekit.rooms.set(job.room, { agent: false, legs: [legOf(job)] });
  await passTime(world, rig, 7_000);
  await runRound(rig, 'sweep', bridge);
});

/** A webhook of LiveKit shows a leg. */
export const hint = verb('hint', { job: pick, bridge }, async ({ job: which, bridge }, world, rig) => {
  const job = pickOne(dialed(world), which);
  if (job !== undefined) await attempt(rig, bridge, (deps) => noteLeg(deps, job.room, legOf(job)));
});
