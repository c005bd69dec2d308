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
// 24 days, the longest that Postgres counts: of a 0 the driver says nothing, and the limits of its user would hold.
const FOR_EVER_MS = 2_147_483_647;

const TIMEOUTS = {
  statement_timeout: STATEMENT_TIMEOUT_MS,
  // On this side, for a server that does not even say that it took too long.
  query_timeout: STATEMENT_TIMEOUT_MS + 1_000,
  idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
};
const NO_TIMEOUTS = { statement_timeout: FOR_EVER_MS, idle_in_transaction_session_timeout: FOR_EVER_MS };

const postgresDialect = (url: string, onLost: (error: Error) => void, patient: boolean): Dialect => {
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    ...(patient ? NO_TIMEOUTS : TIMEOUTS),
    keepAlive: true,
    application_name: 'outdial-bridge',
  });
  // Without a listener a connection that the server closes would end the process: the pool's own covers
  // idle ones alone. Who uses it at that moment gets the error from its statement.
  pool.on('error', onLost);
  pool.on('connect', (client) => client.on('error', onLost));
  return new PostgresDialect({ pool });
};

const openEmbedded = (folder: string | null): PGlite => {
  if (folder === null) return new PGlite();
  makePrivateFolder(folder);
  return new PGlite(folder);
};

/** What the records are reached by: statements, and the server or the embedded database under them. */
export type OpenDatabase = {
  readonly db: Kysely<Database>;
  readonly server:
    | { readonly type: 'postgres'; readonly url: string }
    | { readonly type: 'embedded'; readonly pglite: PGlite };
  readonly close: () => Promise<void>;
};

/**
 * Opens the database. The caller holds the lock on `dataDir`. Column names are camelCase on this side;
 * keys inside JSON stay as they are. `patient`: a statement may take as long as it needs, for what is done once and
 * with nobody waiting.
 */
export const openDatabase = (
  place: DatabasePlace,
  onLost: (error: Error) => void = () => {},
  { patient }: { readonly patient: boolean } = { patient: false },
): OpenDatabase => {
  const server =
    place.type === 'postgres'
      ? ({ type: 'postgres', url: place.url } as const)
      : ({
          type: 'embedded',
          pglite: openEmbedded(place.type === 'folder' ? join(place.dataDir, 'pglite') : null),
        } as const);
  const db = new Kysely<Database>({
    dialect:
      server.type === 'postgres'
        ? postgresDialect(server.url, onLost, patient)
        : new PGliteDialect({ pglite: server.pglite }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
  return { db, server, close: () => db.destroy() };
};
