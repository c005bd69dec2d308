import { afterAll, beforeAll, beforeEach } from 'vitest';
import { startPostgres, type TestPostgres } from './postgres.ts';
import { openWorld, type World } from './world.ts';

/** The two stores that calls can be kept in; what is true of one has to be true of the other. */
export const STORES = ['embedded', 'postgres'] as const;

/** Opens a world on that store for the tests of a `describe`, gives it to them, and empties it before each test. */
export const useWorld = (store: (typeof STORES)[number], give: (world: World) => void): void => {
  let postgres: TestPostgres | undefined;
  let world: World | undefined;
  beforeAll(async () => {
    if (store === 'postgres') postgres = await startPostgres();
    world = await openWorld(
      postgres === undefined ? { type: 'memory' } : { type: 'postgres', url: await postgres.newDatabase() },
    );
    give(world);
  });
  afterAll(async () => {
    await world?.close();
    await postgres?.stop();
  });
  beforeEach(() => world?.reset());
};
