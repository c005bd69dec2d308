import { createLogger } from '@outdial/runtime';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aNewCall } from '../../../test/fixtures.ts';
import { startPostgres, type TestPostgres } from '../../../test/postgres.ts';
import { createCallStore } from './call-store.ts';
import { type OpenChangeFeed, openChangeFeed } from './change-feed.ts';
import { type OpenDatabase, openDatabase } from './database.ts';
import { migrate } from './migrate.ts';

const log = createLogger({ name: 'test', level: 'info', logPii: false }, { write: () => {} });
const WAIT = { timeout: 20_000 };

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

/** Writes down that something happened to a new call. */
const happen = async (opened: OpenDatabase, rollBack = false): Promise<string> => {
  const call = aNewCall();
  await createCallStore(opened.db, async () => {}).transaction(async (tx) => {
    await tx.insert(call);
    await tx.tell(call.id, ['call.queued', 'call.ended'], new Date(), []);
    if (rollBack) throw new Error('rolled back');
  });
  return call.id;
};

describe.each(['embedded', 'postgres'] as const)('the feed on %s', (kind) => {
  let opened: OpenDatabase;
  let feed: OpenChangeFeed;
  let heard: (string | null)[];
  beforeEach(async () => {
    opened = openDatabase(
      kind === 'embedded' ? { type: 'memory' } : { type: 'postgres', url: await postgres.newDatabase() },
    );
    await migrate(opened.db);
    feed = await openChangeFeed(opened, log);
    heard = [];
  });
  afterEach(async () => {
    await feed.close();
    await opened.close();
  });

  test('tells which call something happened to, once for each change, and nothing of what was rolled back', async () => {
    feed.subscribe((id) => heard.push(id));
    await expect(happen(opened, true)).rejects.toThrow('rolled back');
    const ids = [await happen(opened), await happen(opened)];
    await expect.poll(() => heard, WAIT).toEqual(ids);
  });

  test('tells nobody who has gone', async () => {
    const other: (string | null)[] = [];
    const end = feed.subscribe((id) => heard.push(id));
    feed.subscribe((id) => other.push(id));
    end();
    const id = await happen(opened);
    await expect.poll(() => other, WAIT).toEqual([id]);
    expect(heard).toEqual([]);
  });
});

describe('on a server', () => {
  const listeners = (opened: OpenDatabase) =>
    sql<{
      pid: number;
    }>`select pid from pg_stat_activity where application_name = 'outdial-events' and datname = current_database()`.execute(
      opened.db,
    );

  test('another bridge hears it, too; a connection that breaks comes back, and the gap is told', async () => {
    const url = await postgres.newDatabase();
    const [one, two] = [openDatabase({ type: 'postgres', url }), openDatabase({ type: 'postgres', url })];
    await migrate(one.db);
    const feed = await openChangeFeed(two, log);
    const heard: (string | null)[] = [];
    feed.subscribe((id) => heard.push(id));
    const first = await happen(one);
    await expect.poll(() => heard, WAIT).toEqual([first]);

    for (const _ of [1, 2]) {
      const [session] = (await listeners(one)).rows;
      heard.length = 0;
      await sql`select pg_terminate_backend(${session?.pid})`.execute(one.db);
      await expect.poll(() => heard, WAIT).toEqual([null]);
      const next = await happen(one);
      await expect.poll(() => heard, WAIT).toEqual([null, next]);
      expect((await listeners(one)).rows).toHaveLength(1);
    }
    await feed.close();
    await expect.poll(async () => (await listeners(one)).rows, WAIT).toEqual([]);
    await one.close();
    await two.close();
  });

  test('a feed that is closed while its connection is down does not come back', async () => {
    const opened = openDatabase({ type: 'postgres', url: await postgres.newDatabase() });
    const feed = await openChangeFeed(opened, log);
    const [session] = (await listeners(opened)).rows;
    await sql`select pg_terminate_backend(${session?.pid})`.execute(opened.db);
    await expect.poll(async () => (await listeners(opened)).rows, WAIT).toEqual([]);
    await feed.close();
    expect((await listeners(opened)).rows).toEqual([]);
    await opened.close();
  });
});
