import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type Kysely, sql } from 'kysely';
import { closeRestored } from '../../flow/close-restored.ts';
import { StartError } from '../../start-error.ts';
import { transactionOn } from '../postgres/call-store.ts';
import { findOpen } from '../postgres/care-queries.ts';
import { savePause } from '../postgres/kill-switch-queries.ts';
import { migrateWithin } from '../postgres/migrate.ts';
import type { Database } from '../postgres/schema.ts';
import { type BackupEnd, type BackupHeader, backupEndSchema, backupHeaderSchema, TABLES } from './tables.ts';

const BATCH = 500;

/** What a restore brought back. */
export type Restored = {
  readonly takenAt: Date;
  /** Rows of each table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Calls that were open in the backup and ended `unknown`. */
  readonly closed: number;
  /** Calls that wait for a time still to come. */
  readonly waiting: number;
};

const hasTable = async (tx: Kysely<Database>, table: string): Promise<boolean> => {
  const { rows } = await sql<{ there: boolean }>`select to_regclass(${table}) is not null as there`.execute(
    tx,
  );
  return rows[0]?.there === true;
};

const isEmpty = async (tx: Kysely<Database>): Promise<boolean> => {
  for (const table of TABLES) {
    // A bridge that was once started on it leaves these two.
    if (table === 'kill_switch' || table === 'standing_endpoints') continue;
    if (!(await hasTable(tx, table))) continue;
    const { rows } = await sql`select 1 from ${sql.table(table)} limit 1`.execute(tx);
    if (rows.length > 0) return false;
  }
  return true;
};

/** Makes the tables as they were in the backup, whatever migrations an empty database has had. */
const prepare = async (tx: Kysely<Database>, migrations: readonly string[]): Promise<void> => {
  if (!(await isEmpty(tx))) {
    throw new StartError(
      'The database is not empty, and a restore must not mix two histories. Give it an empty one: another DATA_DIR, or a new database in DATABASE_URL.',
    );
  }
  if (await hasTable(tx, 'migrations')) {
    for (const table of [...TABLES].reverse())
      await sql`drop table if exists ${sql.table(table)}`.execute(tx);
    await sql`drop table migrations`.execute(tx);
  }
  await migrateWithin(tx, { only: new Set(migrations) });
  await sql`set constraints all deferred`.execute(tx);
  await sql`delete from kill_switch`.execute(tx);
};

const load = async (tx: Kysely<Database>, table: string, rows: readonly string[]): Promise<void> => {
  if (rows.length === 0) return;
  const name = sql.table(table);
  await sql`insert into ${name} overriding system value
    select * from jsonb_populate_recordset(null::${name}, ${`[${rows.join(',')}]`}::jsonb)`.execute(tx);
};

const broken = (detail: string): StartError =>
  new StartError(`The backup cannot be restored: ${detail} Nothing was written.`);

const parse = (line: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw broken('it holds a line that is not of a backup.');
};

async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

// A row may hold U+2028, which is a line end to a regular expression and none to us.
const TABLE_LINE = /^\{"(\w+)":(\{.*\})\}$/s;

/** Loads all lines, and holds them against the last one. */
const loadLines = async (tx: Kysely<Database>, text: AsyncIterable<string>) => {
  const counts: Record<string, number> = Object.fromEntries(TABLES.map((table) => [table, 0]));
  let header: BackupHeader | null = null;
  let end: BackupEnd | null = null;
  let batch: { table: string; rows: string[] } = { table: '', rows: [] };
  const flush = async (table = '') => {
    await load(tx, batch.table, batch.rows);
    batch = { table, rows: [] };
  };
  for await (const line of linesOf(text)) {
    if (header === null) {
      const read = backupHeaderSchema.safeParse(parse(line));
      if (!read.success)
        throw broken('it is not a backup of Outdial, or of a version that this one does not know.');
      header = read.data;
      await prepare(tx, header.migrations);
      continue;
    }
    const [, table, row] = TABLE_LINE.exec(line) ?? [];
    if (table !== undefined && row !== undefined && table in counts) {
      if (table !== batch.table || batch.rows.length >= BATCH) await flush(table);
      batch.rows.push(row);
      counts[table] = (counts[table] ?? 0) + 1;
      continue;
    }
    end = backupEndSchema.safeParse(parse(line)).data ?? null;
    if (end === null) throw broken('it holds a table that this version does not know.');
  }
  await flush();
  if (header === null || end === null) throw broken('its end is missing.');
  for (const [table, rows] of Object.entries(end.rows)) {
    if (counts[table] !== rows)
      throw broken(`it should hold ${rows} rows of ${table} and holds ${counts[table] ?? 0}.`);
  }
  return { header, counts };
};

const explain = (error: unknown): unknown => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'Z_BUF_ERROR') return broken('it is cut off.');
  // SQLSTATE classes 22 and 23: values that do not fit their columns, rows that do not fit each other.
  if (/^2[23]...$/.test(code)) return broken(`its rows do not fit together (${code}).`);
  return code.startsWith('Z_') ? broken('it is not gzip, or it was damaged.') : error;
};

/**
 * Loads a backup into an empty database, all of it or nothing. What happened after it was taken is not known: calls
 * that could have been dispatched since end `unknown`, and dialling is paused until somebody has looked. `db` is
 * patient: the file may come slowly, from a person's pipe.
 *
 * @throws StartError when the database is not empty or the backup cannot be used.
 */
export const restoreBackup = async (db: Kysely<Database>, source: Readable): Promise<Restored> => {
  try {
    return await db.transaction().execute(async (tx): Promise<Restored> => {
      const { header, counts } = await pipeline(source, createGunzip(), (bytes: AsyncIterable<Buffer>) =>
        loadLines(tx, textOf(bytes)),
      );
      await sql`set constraints all immediate`.execute(tx);
      await sql`select setval(pg_get_serial_sequence('call_events', 'id'), (select max(id) from call_events))`.execute(
        tx,
      );
      await migrateWithin(tx);
      const takenAt = new Date(header.taken_at);
      await savePause(tx, {
        reason: `restored from the backup of ${header.taken_at}; look at GET /queue, then resume`,
        by: null,
      });
      const open = await findOpen(tx);
      // No alarms: the rounds of the bridge find what is due.
      const closed = await closeRestored(
        transactionOn(tx, async () => {}),
        open.map(({ id }) => id),
        takenAt,
      );
      return { takenAt, rows: counts, closed, waiting: open.length - closed };
    });
  } catch (error) {
    throw explain(error);
  }
};

async function* textOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}
