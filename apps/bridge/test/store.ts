import { createLogger } from '@outdial/runtime';
import type { Kysely } from 'kysely';
import { type AlarmClock, createAlarmClock } from '../src/adapters/postgres/alarm-clock.ts';
import { createCallStore } from '../src/adapters/postgres/call-store.ts';
import { type DatabasePlace, openDatabase } from '../src/adapters/postgres/database.ts';
import { migrate } from '../src/adapters/postgres/migrate.ts';
import type { Database } from '../src/adapters/postgres/schema.ts';
import { advance } from '../src/flow/advance.ts';
import type { CallStore } from '../src/ports.ts';

const silent = createLogger({ name: 'test', level: 'info', logPii: false }, { write: () => {} });

/** Empties every table of ours. */
export const emptyTables = async (db: Kysely<Database>): Promise<void> => {
  await db.deleteFrom('doNotCall').execute();
  await db
    .updateTable('killSwitch')
    .set({ pausedAt: null, reason: null, pausedBy: null, resumedAt: null })
    .execute();
  await db.deleteFrom('calls').execute();
  await db.deleteFrom('standingEndpoints').execute();
};

/** Records of a test's own, with real alarms. */
export type TestStore = {
  readonly calls: CallStore;
  readonly database: Kysely<Database>;
  readonly alarms: AlarmClock;
  /** Empties every table of ours. */
  readonly clear: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export const openTestStore = async (place: DatabasePlace = { type: 'memory' }): Promise<TestStore> => {
  const opened = openDatabase(place);
  await migrate(opened.db);
  const alarms = await createAlarmClock(opened, silent);
  return {
    calls: createCallStore(opened.db, alarms.set),
    database: opened.db,
    alarms,
    clear: () => emptyTables(opened.db),
    close: async () => {
      await alarms.stop();
      await opened.close();
    },
  };
};

/** The next queued call is dispatched, as the dispatcher does it, without LiveKit. */
export const dispatchNext = (calls: CallStore): Promise<void> =>
  calls.transaction(async (tx) => {
    const locked = await tx.lockNextQueued('default');
    if (locked === null) throw new Error('No call is queued.');
    await advance(tx, locked, { type: 'dispatched', nextDispatchAt: new Date(locked.now.getTime() + 5_000) });
  });
