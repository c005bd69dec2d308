import { randomUUID } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Kysely, sql } from 'kysely';
import type { Backups } from '../../ports.ts';
import { readNow } from '../postgres/call-queries.ts';
import type { Database } from '../postgres/schema.ts';
import { translateStoreErrors } from '../postgres/store-error.ts';
import { type BackupEnd, type BackupHeader, TABLES } from './tables.ts';

const BATCH = 500;

const headerOf = async (tx: Kysely<Database>): Promise<BackupHeader> => {
  const { rows } = await sql<{ name: string }>`select name from migrations order by number`.execute(tx);
  return {
    outdial_backup: 1,
    taken_at: (await readNow(tx)).toISOString(),
    migrations: rows.map(({ name }) => name),
  };
};

// The rows as the database itself writes them, which both databases do alike.
async function* rowsOf(tx: Kysely<Database>, table: string): AsyncGenerator<readonly string[]> {
  await sql`declare backup_rows no scroll cursor for
    select to_jsonb(one)::text as row from ${sql.table(table)} one`.execute(tx);
  for (;;) {
    const { rows } = await sql<{ row: string }>`fetch ${sql.lit(BATCH)} from backup_rows`.execute(tx);
    if (rows.length === 0) break;
    yield rows.map(({ row }) => row);
  }
  await sql`close backup_rows`.execute(tx);
}

async function* linesOf(tx: Kysely<Database>): AsyncGenerator<string> {
  yield `${JSON.stringify(await headerOf(tx))}\n`;
  const rows: Record<string, number> = {};
  for (const table of TABLES) {
    rows[table] = 0;
    for await (const batch of rowsOf(tx, table)) {
      rows[table] += batch.length;
      yield batch.map((row) => `{"${table}":${row}}\n`).join('');
    }
  }
  yield `${JSON.stringify({ rows } satisfies BackupEnd)}\n`;
}

/**
 * Backups as gzipped lines of JSON, the same from both databases. One is written to a file of `dir` first, and that
 * file has no name any more when it is given away: a client that reads slowly holds up no database, and a bridge that
 * dies leaves nothing behind. The embedded database does nothing else while it is read.
 */
export const createBackups = (db: Kysely<Database>, dir: string): Backups => ({
  write: () =>
    translateStoreErrors(async () => {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      const path = join(dir, `backup-${randomUUID()}.part`);
      const file = await open(path, 'wx+', 0o600);
      try {
        await rm(path);
        await db
          .transaction()
          .setIsolationLevel('repeatable read')
          .setAccessMode('read only')
          .execute((tx) =>
            pipeline(Readable.from(linesOf(tx)), createGzip(), (zipped: AsyncIterable<Buffer>) =>
              file.writeFile(zipped),
            ),
          );
        const { size } = await file.stat();
        return { bytes: size, content: file.createReadStream({ start: 0 }) };
      } catch (error) {
        await file.close();
        throw error;
      }
    }),
});
