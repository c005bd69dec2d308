import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aNewCall } from '../../../test/fixtures.ts';
import { keptWaiting } from '../../../test/long-wait.ts';
import { startPostgres, type TestPostgres } from '../../../test/postgres.ts';
import { openTestStore } from '../../../test/store.ts';
import { openDatabase } from './database.ts';
import { migrate, migratePatiently } from './migrate.ts';

/** Every migration there is, in order. */
const [FIRST = '', ...NEXT] = readdirSync(join(import.meta.dirname, 'migrations')).sort();

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

test('bridges that start at once migrate once, and their alarms begin at once, too', async () => {
  const url = await postgres.newDatabase();
  const bridges = [1, 2, 3].map(() => openDatabase({ type: 'postgres', url }));
  const applied = await Promise.all(bridges.map(({ db }) => migrate(db)));
  expect(applied.flat()).toEqual([FIRST, ...NEXT]);
  for (const bridge of bridges) await bridge.close();
  const stores = await Promise.all([1, 2, 3].map(() => openTestStore({ type: 'postgres', url })));
  for (const store of stores) await store.close();
});

test('a bridge that starts waits as long as the upgrade takes', async () => {
  const url = await postgres.newDatabase();
  const bridge = openDatabase({ type: 'postgres', url });
  expect(await keptWaiting(url, () => migratePatiently(bridge))).toEqual([FIRST, ...NEXT]);
  await bridge.close();
});

test('who is patient knows no limit, not even one of the database itself', async () => {
  const place = { type: 'postgres', url: await postgres.newDatabase() } as const;
  const before = openDatabase(place);
  for (const name of ['statement_timeout', 'idle_in_transaction_session_timeout']) {
    await sql`do $$ begin
      execute format('alter database %I set %I = 20', current_database(), ${sql.lit(name)});
    end $$`.execute(before.db);
  }
  await before.close();
  const { db, close } = openDatabase(place, () => {}, { patient: true });
  await sql`select pg_sleep(0.1)`.execute(db);
  const { rows } = await sql`select current_setting('idle_in_transaction_session_timeout') as limit`.execute(
    db,
  );
  expect(rows).not.toEqual([{ limit: '20ms' }]);
  await close();
});

test('a database of the version before keeps its calls', async () => {
  const { db, close } = openDatabase({ type: 'postgres', url: await postgres.newDatabase() });
  const before = mkdtempSync(join(tmpdir(), 'outdial-migrate-'));
  try {
    copyFileSync(join(import.meta.dirname, 'migrations', FIRST), join(before, FIRST));
    expect(await migrate(db, before)).toEqual([FIRST]);
    await sql`insert into calls (id, api_key_name, request_digest, fingerprint, destination, caller_id,
        caller_id_source, voicemail, record, max_attempts, ring_timeout_seconds, max_call_seconds, not_after)
      values ('call_old', 'n8n', 'd', 'f', '+61491570156', 'Nehos', 'request', 'hang_up', false, 1, 45, 840, now())`.execute(
      db,
    );
    expect(await migrate(db)).toEqual(NEXT);
    expect(await db.selectFrom('calls').selectAll().executeTakeFirst()).toMatchObject({
      id: 'call_old',
      trunk: 'default',
      retryOf: null,
      notAfterGiven: false,
    });
    expect(await migrate(db)).toEqual([]);
  } finally {
    rmSync(before, { recursive: true });
    await close();
  }
});

test('a database of a newer version is left alone', async () => {
  const { db, close } = openDatabase({ type: 'postgres', url: await postgres.newDatabase() });
  await migrate(db);
  await sql`insert into migrations (number, name) values (9999, '9999-future.sql')`.execute(db);
  await expect(migrate(db)).rejects.toThrow('9999-future.sql');
  await close();
});

test('a server that is gone is told apart from a faulty statement', async () => {
  const own = await startPostgres();
  const { calls, close } = await openTestStore({ type: 'postgres', url: await own.newDatabase() });
  const call = aNewCall();
  await calls.transaction((tx) => tx.insert(call));
  await expect(calls.transaction((tx) => tx.insert(call))).rejects.toMatchObject({ code: '23505' });
  await own.stop();
  await expect(calls.find(call.id)).rejects.toMatchObject({ code: 'database_unavailable' });
  await expect(calls.transaction((tx) => tx.insert(aNewCall()))).rejects.toMatchObject({
    code: 'database_unavailable',
  });
  await close();
});
