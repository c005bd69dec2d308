import { replayCallback } from '../../src/flow/deliver-callback.ts';
import { type Round, runRound } from './bridge-verbs.ts';
import { callbacksThat, deliverOne } from './callback-verbs.ts';
import { checkNothingIsLost, checkPromise } from './invariants.ts';
import { askGrant, dial, say, tell } from './job-verbs.ts';
import { attempt, heal, passTime, type Rig, startJob, type World } from './world.ts';

// Longer than a lease and the grace of an agent that is silent in its room.
const ROUND_MS = 45_000;
// Three attempts of each call, a few calls at once, are over long before.
const MOST_ROUNDS = 150;
const CARE: readonly Round[] = ['expire', 'withoutAgent', 'legs', 'lost', 'rooms', 'sweep', 'results'];

/** A new job for the newest dispatch of every call that waits for one; every third does not come. */
const agentsWork = async (world: World, rig: Rig, round: number): Promise<void> => {
  for (const { status, room } of await rig.store.calls.findOpen()) {
    const at = rig.livekit.dispatched.findIndex((one) => one.room === room);
    if (status !== 'dispatched' || at < 0 || (round + at) % 3 === 2) continue;
    const job = startJob(world, rig, at);
    if (job === null) continue;
    await askGrant(world, rig, job, round, 0);
    if (job.grantedAt === null) continue;
    await dial(world, rig, job);
    // Every fourth falls silent here.
    if ((round + at) % 4 === 3) continue;
    if (at % 2 === 0) await say(world, rig, job, 'answered', 0, round);
    await say(world, rig, job, 'ended', at, round);
  }
};

const deliverAll = async (world: World, rig: Rig, round: number): Promise<void> => {
  for (const { id } of await callbacksThat(rig, 'dead')) {
    await attempt(rig, round, (deps) => replayCallback(deps, id));
  }
  for (const { id } of await rig.store.calls.findDueCallbacks()) await deliverOne(world, rig, id, [0], round);
};

const isQuiet = async (rig: Rig): Promise<boolean> => {
  const open = await rig.store.calls.findOpen();
  const callbacks = await callbacksThat(rig, null);
  return open.length === 0 && callbacks.every(({ status }) => status === 'delivered');
};

/** Nothing goes wrong any more: every call comes to its end and everybody hears of it. */
export const bringToRest = async (world: World, rig: Rig): Promise<void> => {
  heal(rig);
  for (const job of world.jobs) {
    for (const report of job.held.splice(0)) await tell(world, rig, job, report, 0);
  }
  for (let round = 0; !(await isQuiet(rig)); round += 1) {
    if (round >= MOST_ROUNDS) {
      const open = await rig.store.calls.findOpen();
      throw new Error(`Still open: ${JSON.stringify([open, await callbacksThat(rig, 'pending')])}`);
    }
    await passTime(world, rig, ROUND_MS);
    await runRound(rig, 'redispatch', round);
    await runRound(rig, 'dispatch', round);
    await agentsWork(world, rig, round);
    for (const care of CARE) await runRound(rig, care, round);
    await deliverAll(world, rig, round);
    await checkPromise(world, rig);
  }
  await checkNothingIsLost(world, rig);
};
