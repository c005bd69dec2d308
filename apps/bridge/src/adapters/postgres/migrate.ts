import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { StartError } from '../../start-error.ts';
import { type OpenDatabase, openDatabase } from './database.ts';
import { LOCK } from './locks.ts';

const DIRECTORY = join(import.meta.dirname, 'migrations');

type Migration = { readonly number: number; readonly name: string; readonly statements: readonly string[] };

// Statements end with ";" at the end of a line; PGlite takes only one at a time.
const splitStatements = (text: string): readonly string[] =>
  text
    .split(/;[ \t]*(?:\r?\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement.replace(/^\s*--.*$/gm, '').trim() !== '');

const readMigrations = async (directory: string): Promise<readonly Migration[]> => {
  const names = (await readdir(directory)).filter((name) => /^\d{4}-.+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => ({
      number: Number(name.slice(0, 4)),
      name,
      statements: splitStatements(await readFile(join(directory, name), 'utf8')),
    })),
  );
};

/**
 * Brings the database to the newest form: each numbered SQL file once, in order, all in one
 * transaction. Two bridges that start at once wait for each other.
 *
 * @throws StartError when the database was written by a newer version than this one.
 */
export const migrate = <DB>(db: Kysely<DB>, directory = DIRECTORY): Promise<readonly string[]> =>
  db.transaction().execute((tx) => migrateWithin(tx, { directory }));

/**
 * `migrate`, as a bridge does it when it starts. On Postgres over connections of its own: an index on a big table may
 * take longer than any question of the bridge's may, and so may waiting for another bridge that makes it.
 */
export const migratePatiently = async ({ db, server }: OpenDatabase): Promise<readonly string[]> => {
  if (server.type === 'embedded') return migrate(db);
  const patient = openDatabase(server, () => {}, { patient: true });
  try {
    return await migrate(patient.db);
  } finally {
    await patient.close();
  }
};

const newerVersion = (name: string): StartError =>
  new StartError(
    `The database holds ${name}, which this version does not know. Start the newer version, or restore a backup from before the upgrade.`,
  );

/**
 * `migrate`, as a part of a transaction. `only`: names of the files that are to be run, all of which must exist;
 * without it all are.
 */
export const migrateWithin = async (
  // biome-ignore lint/suspicious/noExplicitAny: whatever tables the types know of, migrations name none of them
  tx: Kysely<any>,
  options: { readonly directory?: string; readonly only?: ReadonlySet<string> } = {},
): Promise<readonly string[]> => {
  const migrations = await readMigrations(options.directory ?? DIRECTORY);
  const names = new Set(migrations.map(({ name }) => name));
  const unknown = [...(options.only ?? [])].find((name) => !names.has(name));
  if (unknown !== undefined) throw newerVersion(unknown);
  await sql`select pg_advisory_xact_lock(${LOCK.migration}::int, 0)`.execute(tx);
  await sql`create table if not exists migrations (
    number integer primary key, name text not null, applied_at timestamptz not null default now()
  )`.execute(tx);
  const { rows } = await sql<{ number: number; name: string }>`select number, name from migrations`.execute(
    tx,
  );
  const known = new Set(migrations.map((migration) => migration.number));
  const newer = rows.find((row) => !known.has(row.number));
  if (newer !== undefined) throw newerVersion(newer.name);
  const done = new Set(rows.map((row) => row.number));
  const pending = migrations.filter(
    ({ number, name }) => !done.has(number) && (options.only?.has(name) ?? true),
  );
  for (const { number, name, statements } of pending) {
    for (const statement of statements) await sql.raw(statement).execute(tx);
    await sql`insert into migrations (number, name) values (${number}, ${name})`.execute(tx);
  }
  return pending.map((migration) => migration.name);
};
