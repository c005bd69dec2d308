import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPostgres, type TestPostgres } from '../../test/postgres.ts';
import { histories } from '../../test/promise-model/commands.ts';
import { bringToRest } from '../../test/promise-model/quiescence.ts';
import { type Counts, createRig, createWorld } from '../../test/promise-model/world.ts';
import { openTestStore, type TestStore } from '../../test/store.ts';

/** Things that happen in one run. */
const LENGTH = 60;
// On a machine that is too busy for all runs, and for making a failure smaller, this is where it ends.
const MOST_MS = 150_000;

// PROMISE_SEED runs a failure's histories again (times differ, so a race may not); PROMISE_RUNS makes more of them.
const settingOf = (name: string): number | undefined =>
  process.env[name] === undefined ? undefined : Number(process.env[name]);

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

describe.each([
  { kind: 'embedded', runs: 30 },
  { kind: 'postgres', runs: 20 },
] as const)('whatever happens in whatever order, on $kind', ({ kind, runs }) => {
  const counts: Counts = {
    runs: 0,
    commands: 0,
    faults: 0,
    calls: 0,
    grants: 0,
    invites: 0,
    legs: 0,
    doubleDials: 0,
    callbacks: 0,
  };
  let store: TestStore;

  beforeAll(async () => {
    store = await openTestStore(
      kind === 'embedded' ? { type: 'memory' } : { type: 'postgres', url: await postgres.newDatabase() },
    );
  });
  afterAll(async () => {
    await store?.close();
    console.info(`the promise on ${kind}: ${JSON.stringify(counts)}`);
  });

  test('a call is dialled at most once and ends at least once, truthfully, and everybody hears of it', {
    timeout: MOST_MS + 30_000,
  }, async () => {
    const property = fc.asyncProperty(histories(LENGTH), async (history) => {
      const [world, rig] = [createWorld(), await createRig(store, counts)];
      counts.runs += 1;
      await fc.asyncModelRun(() => ({ model: world, real: rig }), history);
      await bringToRest(world, rig);
      const dials = [...world.invites.values(), ...world.legs.values()];
      counts.doubleDials += dials.filter((invites) => invites > 1).length;
    });
    const seed = settingOf('PROMISE_SEED');
    await fc.assert(property, {
      numRuns: settingOf('PROMISE_RUNS') ?? runs,
      ...(seed !== undefined && { seed }),
      interruptAfterTimeLimit: MOST_MS,
    });
    expect(counts.doubleDials).toBe(0);
    expect(counts.invites).toBeGreaterThan(0);
    expect(counts.legs).toBeGreaterThan(0);
  });
});
