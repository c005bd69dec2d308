import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createLogger } from '@outdial/runtime';
import { makeOutcome } from '@outdial/telephony';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { result, settings } from '../../../test/fixtures.ts';
import { keptWaiting } from '../../../test/long-wait.ts';
import { startPostgres, type TestPostgres } from '../../../test/postgres.ts';
import { recordingLiveKit } from '../../../test/recording-livekit.ts';
import { STORES } from '../../../test/use-world.ts';
import { NO_LIMITS, openWorld, type World } from '../../../test/world.ts';
import { dispatchQueuedCalls } from '../../flow/dispatch-call.ts';
import { resumeDialling } from '../../flow/switch-dialling.ts';
import { takeResult } from '../../flow/take-result.ts';
import { restore } from '../../restore.ts';
import { createCallStore } from '../postgres/call-store.ts';
import { type DatabasePlace, openDatabase } from '../postgres/database.ts';
import { migrate } from '../postgres/migrate.ts';
import { restoreBackup } from './restore-backup.ts';
import { TABLES } from './tables.ts';
import { createBackups } from './write-backup.ts';

const log = createLogger({ name: 'test', level: 'info', logPii: false }, { write: () => {} });

let postgres: TestPostgres;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outdial-backup-'));
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres?.stop();
  rmSync(folder, { recursive: true });
});

const newPlace = async (kind: (typeof STORES)[number]): Promise<DatabasePlace> =>
  kind === 'embedded' ? { type: 'memory' } : { type: 'postgres', url: await postgres.newDatabase() };

const backupOf = async (world: World): Promise<Buffer> => {
  const { bytes, content } = await createBackups(world.database, folder).write();
  const whole = await buffer(content);
  expect(whole.length).toBe(bytes);
  return whole;
};
const restoreInto = async (place: DatabasePlace, backup: Uint8Array) => {
  const database = openDatabase(place);
  try {
    return { ...(await restoreBackup(database.db, Readable.from([backup]))), database };
  } catch (error) {
    await database.close();
    throw error;
  }
};

const rowsOf = async (db: World['database'], table: string): Promise<readonly string[]> => {
  const { rows } = await sql<{
    row: string;
  }>`select to_jsonb(one)::text as row from ${sql.table(table)} one`.execute(db);
  return rows.map(({ row }) => row).sort();
};

/** Calls of every kind, with all that hangs on them. */
const fill = async (world: World) => {
  const recipient = { url: 'https://n8n.example/webhook-waiting/7', events: ['call.ended'] } as const;
  const ended = await world.granted({ metadata: { text: "Zoë “q” \\ \n \u2028 '; drop table calls" } });
  await world.say(ended, { type: 'answered' });
  await world.end(ended, makeOutcome('callee_hangup', { talk_ms: 1_000 }));
  await takeResult(world, ended, result().result);
  const retried = await world.place({ retryOf: ended }, recipient);
  await world.end(retried.id, makeOutcome('busy'));
  const [queued, dispatched, granted] = [
    (await world.place({}, recipient)).id,
    await world.dispatched(),
    await world.granted(),
  ];
  const talking = await world.granted();
  await world.say(talking, { type: 'answered' });
  const scheduled = (await world.place({ scheduledFor: new Date(Date.now() + 3_600_000) })).id;
  await world.calls.transaction((tx) => tx.addOptOut('+61491570157', talking));
  await world.calls.setStandingEndpoint('x', { url: 'https://crm.example/', events: ['call.ended'] });
  return { over: [ended, retried.id], open: [queued, dispatched, granted, talking], scheduled };
};

test('every table that a migration makes is in the backup', async () => {
  const { db, close } = openDatabase({ type: 'memory' });
  await migrate(db);
  const { rows } = await sql<{ name: string }>`select table_name as name from information_schema.tables
    where table_schema = current_schema() and table_type = 'BASE TABLE'`.execute(db);
  expect(rows.map(({ name }) => name).toSorted()).toEqual([...TABLES, 'migrations'].toSorted());
  await close();
});

describe.each(STORES)('a backup of %s', (from) => {
  test.each(STORES)('restored into %s has every row, and nothing is dialled again', async (into) => {
    const world = await openWorld(await newPlace(from));
    const place = await newPlace(into);
    const { over, open, scheduled } = await fill(world);
    const backup = await backupOf(world);
    const before = new Map<string, readonly string[]>();
    for (const table of TABLES) before.set(table, await rowsOf(world.database, table));
    await world.close();

    const { database, closed, waiting, rows } = await restoreInto(place, backup);
    for (const table of TABLES) expect(rows[table]).toBe(before.get(table)?.length);
    expect({ closed, waiting }).toEqual({ closed: 4, waiting: 1 });
    for (const table of [
      'call_reports',
      'call_transcripts',
      'callback_recipients',
      'standing_endpoints',
      'do_not_call',
    ]) {
      expect(await rowsOf(database.db, table), table).toEqual(before.get(table));
      expect(before.get(table), table).not.toEqual([]);
    }
    const calls = await rowsOf(database.db, 'calls');
    for (const id of [...over, scheduled]) {
      const same = (row: string) => JSON.parse(row).id === id;
      expect(calls.find(same)).toBe(before.get('calls')?.find(same));
    }
    await checkDialling(database.db, open, scheduled);
    await database.close();
  });
});

/** Whatever a bridge does with what was restored, it dials none of the open calls. */
const checkDialling = async (
  db: World['database'],
  open: readonly string[],
  scheduled: string,
): Promise<void> => {
  const calls = createCallStore(db, async () => {});
  for (const id of open) {
    expect(await calls.find(id)).toMatchObject({
      status: 'unknown',
      outcome: { end_reason: 'outcome_unknown', message: expect.stringContaining('restored from a backup') },
    });
    expect((await calls.listEvents(0, id, 100)).at(-1)?.type).toBe('call.ended');
  }
  expect(await calls.callbacksOf(open.slice(0, 1))).toContainEqual(
    expect.objectContaining({ event: 'call.ended', status: 'pending', kind: 'resume' }),
  );
  expect(await calls.readPause()).toMatchObject({ by: null, reason: expect.stringContaining('backup of') });
  await resumeDialling({ calls });
  const livekit = recordingLiveKit();
  await dispatchQueuedCalls({
    calls,
    livekit,
    settings: settings(),
    limits: NO_LIMITS,
    trunk: 'default',
    log,
    track: () => {},
  });
  expect(livekit.dispatched).toEqual([]);
  expect((await calls.find(scheduled))?.status).toBe('queued');
};

describe('what cannot be restored leaves nothing behind', () => {
  let backup: Buffer;
  beforeAll(async () => {
    const world = await openWorld();
    await fill(world);
    backup = await backupOf(world);
    await world.close();
  });
  const lines = () => gunzipSync(backup).toString().trimEnd().split('\n');
  const damaged = Buffer.from('this is no gzip at all');
  const changed = (change: (all: string[]) => string[]) => gzipSync(`${change(lines()).join('\n')}\n`);

  test.each([
    ['is cut off', () => backup.subarray(0, backup.length - 40), 'cut off'],
    ['is empty', () => Buffer.alloc(0), 'cannot be restored'],
    ['is not gzip', () => damaged, 'not gzip'],
    ['is another file', () => gzipSync('{"hello":1}\n'), 'not a backup'],
    ['lacks its end', () => changed((all) => all.slice(0, -1)), 'end is missing'],
    [
      'lacks a row',
      () => changed((all) => all.filter((line) => !line.startsWith('{"do_not_call"'))),
      'should hold',
    ],
    ['lacks a row that others name', () => changed((all) => all.toSpliced(1, 1)), 'do not fit'],
    [
      'has a table of a newer version',
      () => changed((all) => all.toSpliced(1, 0, '{"robots":{"id":1}}')),
      'does not know',
    ],
    [
      'has a migration of a newer version',
      () => changed(([first = '', ...rest]) => [first.replace('0001-calls', '9999-calls'), ...rest]),
      '9999-calls',
    ],
  ])('one that %s', async (_name, content, reason) => {
    const database = openDatabase({ type: 'memory' });
    const restored = restoreBackup(database.db, Readable.from([content()]));
    await expect(restored).rejects.toThrow(reason);
    await expect(restored).rejects.toMatchObject({ name: 'StartError' });
    const { rows } = await sql`select 1 from information_schema.tables where table_name = 'calls'`.execute(
      database.db,
    );
    expect(rows).toEqual([]);
    // And the good one still can.
    await restoreBackup(database.db, Readable.from([backup]));
    await database.close();
  });

  test('into a database that is not empty', async () => {
    const world = await openWorld();
    const { id } = await world.place();
    await expect(restoreBackup(world.database, Readable.from([backup]))).rejects.toThrow('not empty');
    expect((await world.found(id)).status).toBe('queued');
    await world.close();
  });

  test('a database that a bridge was started on, and nothing else, counts as empty', async () => {
    const world = await openWorld();
    await world.calls.setStandingEndpoint('CALLBACK_URL', {
      url: 'https://crm.example/',
      events: ['call.ended'],
    });
    const { rows } = await restoreBackup(world.database, Readable.from([backup]));
    expect(rows.calls).toBeGreaterThan(0);
    await world.close();
  });
});

test('what is written while a backup is taken is in it whole or not at all', async () => {
  const place = await newPlace('postgres');
  const world = await openWorld(place);
  let stop = false;
  const writing = (async () => {
    while (!stop) await world.place();
  })();
  const backup = await backupOf(world);
  stop = true;
  await writing;
  await world.close();
  const { database } = await restoreInto({ type: 'memory' }, backup);
  const { rows } = await sql<{ lonely: number }>`select count(*)::int as lonely from calls
    where not exists (select 1 from call_events where call_id = calls.id and type = 'call.queued')`.execute(
    database.db,
  );
  expect(rows[0]?.lonely).toBe(0);
  await database.close();
});

test('a restore takes as long as it needs', async () => {
  const world = await openWorld();
  const { id } = await world.place();
  const file = join(folder, 'slow.jsonl.gz');
  writeFileSync(file, await backupOf(world));
  await world.close();
  const url = await postgres.newDatabase();
  await keptWaiting(url, () => restore({ DATABASE_URL: url, DATA_DIR: folder }, file, log));
  rmSync(file);
  const { db, close } = openDatabase({ type: 'postgres', url });
  expect(await createCallStore(db, async () => {}).find(id)).toMatchObject({ status: 'unknown' });
  await close();
});

test('no file stays behind', async () => {
  const world = await openWorld();
  const { content } = await createBackups(world.database, folder).write();
  content.destroy();
  await world.close();
  expect(readdirSync(folder)).toEqual([]);
});
