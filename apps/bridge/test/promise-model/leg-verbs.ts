import type { TransferResult } from '@outdial/telephony';
import fc from 'fast-check';
import { expect } from 'vitest';
import { grantLeg } from '../../src/flow/grant-leg.ts';
import { settings, targetLeg } from '../fixtures.ts';
import { LIMITS } from './bridge-verbs.ts';
import { legOf } from './job-reports.ts';
import { say, tell } from './job-verbs.ts';
import { bridge, pick, verb } from './verb.ts';
import { attempt, type Job, now, pickOne, type Rig, type World } from './world.ts';

const TARGET = 'tel:+61255500100';

const tellResult = async (
  world: World,
  rig: Rig,
  job: Job,
  result: TransferResult['result'],
  bridge: number,
): Promise<void> => {
  job.seq += 1;
  const atMs = Math.max(0, Math.round(now(world) - (job.grantedAt ?? now(world))));
  const transfer = { target: TARGET, mode: 'bridge', result } as const;
  const report = { token: job.token, seq: job.seq, at_ms: atMs, type: 'transfer', transfer } as const;
  await tell(world, rig, job, report, bridge);
};

/**
 * The job of a call, answered at the latest now, asks for its transfer target, now and then of both bridges at once, dials it, once in
 * its life, and tells what came of it, unless it dies first.
 */
export const askLeg = verb(
  'second leg',
  {
    job: pick,
    onBoth: fc.constantFrom(false, false, true),
    result: fc.constantFrom('confirmed' as const, 'failed' as const, 'unknown' as const),
    after: fc.constantFrom('tells', 'tells', 'says nothing', 'dies'),
    bridge,
  },
  async ({ job: which, onBoth, result, after, bridge }, world, rig) => {
    const job = pickOne(
      world.jobs.filter(({ dialed, over }) => dialed && !over),
      which,
    );
    if (job === undefined) return;
    if (!job.answered) await say(world, rig, job, 'answered', 0, bridge);
    const refusable = world.canceled.has(job.callId) || world.ends.has(job.callId);
    const ask = (at: number) =>
      attempt(rig, at, (deps) =>
        grantLeg({ ...deps, settings: settings(), limits: LIMITS }, job.callId, {
          token: job.token,
          target: 'default',
        }),
      );
    const answers = await Promise.all([ask(bridge), onBoth ? ask(bridge + 1) : null]);
    const isGranted = answers.some((one) => one?.status === 'answered' && one.answer.granted);
    if (!isGranted) return;
    expect(refusable, 'no second leg of what is canceled or over').toBe(false);
    if (job.legDialed || job.over) return;
    job.legDialed = true;
    rig.counts.legs += 1;
    world.legs.set(job.callId, (world.legs.get(job.callId) ?? 0) + 1);
    const bridged = result === 'confirmed';
    const legs = result === 'failed' ? [legOf(job)] : [legOf(job), targetLeg()];
    if (after === 'dies') job.over = true;
    rig.livekit.rooms.set(job.room, { agent: after !== 'dies', legs, bridged });
    if (after === 'tells') await tellResult(world, rig, job, result, bridge);
  },
);
