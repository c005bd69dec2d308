import { type Kysely, sql } from 'kysely';
import { vi } from 'vitest';
import { openDatabase } from '../src/adapters/postgres/database.ts';
import { LOCK } from '../src/adapters/postgres/locks.ts';
import type { Database } from '../src/adapters/postgres/schema.ts';

const somebodyWaits = async (db: Kysely<Database>): Promise<boolean> => {
  const { rows } = await sql`select 1 from pg_locks where locktype = 'advisory' and not granted
    and database = (select oid from pg_database where datname = current_database())`.execute(db);
  return rows.length > 0;
};

/**
 * Runs work that migrates the database at `url`, and keeps it waiting for another that migrates: for a minute of this
 * process's timers, not of the server's. Gives what the work gives.
 */
export const keptWaiting = async <T>(url: string, work: () => Promise<T>): Promise<T> => {
  const other = openDatabase({ type: 'postgres', url });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const migration = await other.db.startTransaction().execute();
    await sql`select pg_advisory_xact_lock(${LOCK.migration}::int, 0)`.execute(migration);
    let failed = false;
    const working = work();
    working.catch(() => {
      failed = true;
    });
    while (!failed && !(await somebodyWaits(migration)));
    vi.advanceTimersByTime(60_000);
    await migration.commit().execute();
    return await working;
  } finally {
    await other.close();
    vi.useRealTimers();
  }
};
