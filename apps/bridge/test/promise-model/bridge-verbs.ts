import fc from 'fast-check';
import { sql } from 'kysely';
import { endLegs } from '../../src/flow/cancel-call.ts';
import { clearRooms, sweepLateLegs } from '../../src/flow/clear-rooms.ts';
import { closeCallsWithoutAgent, closeLostCalls, expireCalls } from '../../src/flow/close-lost-calls.ts';
import { dispatchQueuedCalls, redispatchUngrantedCalls } from '../../src/flow/dispatch-call.ts';
import { giveUpResults } from '../../src/flow/take-result.ts';
import { settings } from '../fixtures.ts';
import type { FaultyBridge } from './faulty-bridge.ts';
import { bridge, pick, verb } from './verb.ts';
import { attempt, passTime, pickOne, type Rig, restart } from './world.ts';

export const LIMITS = { maxConcurrentCalls: 5, callsPerSecond: 1e9 };

const dispatchDeps = (deps: FaultyBridge) => ({
  ...deps,
  settings: settings(),
  limits: LIMITS,
  trunk: settings().trunk,
});

/** What a bridge does by itself. */
export const ROUNDS = {
  dispatch: async (deps: FaultyBridge): Promise<void> => {
    await dispatchQueuedCalls(dispatchDeps(deps));
  },
  redispatch: async (deps: FaultyBridge): Promise<void> => {
    await redispatchUngrantedCalls(dispatchDeps(deps));
  },
  expire: expireCalls,
  withoutAgent: closeCallsWithoutAgent,
  lost: closeLostCalls,
  legs: endLegs,
  rooms: clearRooms,
  sweep: sweepLateLegs,
  results: giveUpResults,
} satisfies Record<string, (deps: FaultyBridge) => Promise<void>>;

export type Round = keyof typeof ROUNDS;

/** One round of one bridge. */
export const runRound = async (rig: Rig, round: Round, bridge: number): Promise<void> => {
  await attempt(rig, bridge, (deps) => ROUNDS[round](deps));
};

/** Queued calls are dispatched. */
export const dispatchRound = verb('dispatch', { bridge }, ({ bridge }, _world, rig) =>
  runRound(rig, 'dispatch', bridge),
);

/** Calls that nobody was granted are dispatched again, in time or, as the next dispatch is due, at once. */
export const redispatchRound = verb(
  'redispatch',
  { isDue: fc.boolean(), bridge },
  async ({ isDue, bridge }, _world, rig, racing) => {
    if (isDue && !racing) {
      await sql`update calls set next_dispatch_at = clock_timestamp() - interval '1 second'
        where next_dispatch_at is not null`.execute(rig.store.database);
    }
    await runRound(rig, 'redispatch', bridge);
  },
);

const CARE = ['expire', 'withoutAgent', 'lost', 'lost', 'legs', 'rooms', 'sweep', 'results'] as const;

/** Time passes, then a round looks after the calls. */
export const care = verb(
  'care',
  { round: fc.constantFrom(...CARE), afterMs: fc.constantFrom(0, 0, 3_100, 9_000, 40_000, 61_000), bridge },
  async ({ round, afterMs, bridge }, world, rig, racing) => {
    if (!racing) await passTime(world, rig, afterMs);
    await runRound(rig, round, bridge);
  },
);

/** Time passes. */
export const wait = verb(
  'wait',
  { ms: fc.constantFrom(300, 1_100, 1_100, 2_900, 6_000, 6_000, 31_000, 61_000, 125_000, 3_700_000) },
  ({ ms }, world, rig) => passTime(world, rig, ms),
);

/** The deadline of a call that nobody was granted is another one, as if it had been asked for so. */
export const deadline = verb(
  'deadline',
  { call: pick, inMs: fc.constantFrom(-1_000, 30_000, 90_000) },
  async ({ call, inMs }, world, rig) => {
    const id = pickOne([...world.seen.keys()], call);
    if (id === undefined) return;
    await sql`update calls set not_after_given = true,
        not_after = clock_timestamp() + ${`${inMs} milliseconds`}::interval
      where id = ${id} and grant_token is null and ended_at is null`.execute(rig.store.database);
  },
);

/** A bridge will die, or lose an answer, some steps from now. */
export const fault = verb(
  'fault',
  {
    kind: fc.constantFrom('crash' as const, 'no_answer' as const),
    afterSteps: fc.integer({ min: 1, max: 12 }),
    bridge,
  },
  async ({ kind, afterSteps, bridge }, _world, rig) => {
    rig.bridges[bridge]?.arm({ kind, afterSteps });
  },
);

/** A bridge dies between two things that it does: all that it held in memory is gone. */
export const death = verb('death', { bridge }, async ({ bridge }, _world, rig) => {
  rig.counts.faults += 1;
  restart(rig, bridge);
});

/** LiveKit goes away, comes back, or refuses the key. */
export const livekit = verb(
  'livekit',
  {
    is: fc.constantFrom('up' as const, 'up' as const, 'away' as const, 'away' as const, 'rejecting' as const),
  },
  async ({ is }, _world, rig) => {
    if (is !== 'up') rig.counts.faults += 1;
    rig.livekit.away = is === 'away';
    rig.rejecting = is === 'rejecting';
  },
);
