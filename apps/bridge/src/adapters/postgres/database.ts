import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { CamelCasePlugin, type Dialect, Kysely, PGliteDialect, PostgresDialect } from 'kysely';
import pg from 'pg';
import { makePrivateFolder } from './private-folder.ts';
import type { Database } from './schema.ts';

/** Where the records live: a Postgres server, a folder of the embedded one, or memory for tests. */
export type DatabasePlace =
  | { readonly type: 'postgres'; readonly url: string }
  | { readonly type: 'folder'; readonly dataDir: string }
  | { readonly type: 'memory' };

const POOL_SIZE = 10;
// This is also how long a request may wait for a free connection: a burst is queued, not refused.
const CONNECT_TIMEOUT_MS = 15_000;
// Longer than any statement here takes by far; a request must not hang on a dead server.
const STATEMENT_TIMEOUT_MS = 15_000;

const postgresDialect = (url: string, onIdleError: (error: Error) => void): Dialect => {
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS + 1_000,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'outdial-bridge',
  });
  // Without a listener an idle connection that the server closes would end the process.
  pool.on('error', onIdleError);
  return new PostgresDialect({ pool });
};

const embeddedDialect = (folder: string | null): Dialect => {
  if (folder !== null) makePrivateFolder(folder);
  return new PGliteDialect({ pglite: async () => (folder === null ? new PGlite() : new PGlite(folder)) });
};

/**
 * Opens the database. The caller holds the lock on `dataDir` and closes with `destroy()`. Column
 * names are camelCase on this side; keys inside JSON stay as they are.
 */
export const openDatabase = (
  place: DatabasePlace,
  onIdleError: (error: Error) => void = () => {},
): Kysely<Database> => {
  const dialect =
    place.type === 'postgres'
      ? postgresDialect(place.url, onIdleError)
      : embeddedDialect(place.type === 'folder' ? join(place.dataDir, 'pglite') : null);
  return new Kysely<Database>({
    dialect,
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
};
