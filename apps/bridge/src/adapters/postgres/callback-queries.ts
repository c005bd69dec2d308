import { type Kysely, sql } from 'kysely';
import type { Callback, CallbackView } from '../../domain/callback.ts';
import type { CallbackFilter, Position } from '../../ports.ts';
import { LOCK } from './locks.ts';
import { afterPosition } from './paging.ts';
import type { Database } from './schema.ts';

// Each look takes a handful; the next one comes within a second.
const BATCH = 50;

// A list needs no bodies, which are signed records of some kilobytes each.
const VIEW = [
  'id',
  'callId',
  'event',
  'url',
  'kind',
  'status',
  'attempts',
  'createdAt',
  'nextAttemptAt',
  'claimedUntil',
  'lastStatus',
  'lastError',
  'deliveredAt',
] as const;

const isFree = sql<boolean>`(claimed_until is null or claimed_until <= clock_timestamp())`;

/**
 * Takes the oldest callback that is due for the address of the one with this id. The lock is on the
 * address: two bridges that come for two callbacks of one address must not both find it free.
 */
export const claimCallback = async (
  db: Kysely<Database>,
  id: string,
  claimMs: number,
): Promise<{ callback: Callback; traceparent: string | null; now: Date } | null> => {
  const asked = await db.selectFrom('callbacks').select('url').where('id', '=', id).executeTakeFirst();
  if (asked === undefined) return null;
  await sql`select pg_advisory_xact_lock(${LOCK.callbackUrl}::int, hashtext(${asked.url}))`.execute(db);
  const row = await db
    .updateTable('callbacks')
    .set({ claimedUntil: sql<Date>`clock_timestamp() + make_interval(secs => ${claimMs / 1000}::float8)` })
    .where('id', '=', (from) =>
      from
        .selectFrom('callbacks')
        .select('id')
        .where('url', '=', asked.url)
        .where('status', '=', 'pending')
        .where('nextAttemptAt', '<=', sql<Date>`clock_timestamp()`)
        .where(isFree)
        .orderBy('createdAt')
        .orderBy('id')
        .limit(1),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('callbacks as other')
            .select('other.id')
            .where('other.url', '=', asked.url)
            .where('other.claimedUntil', '>', sql<Date>`clock_timestamp()`),
        ),
      ),
    )
    .returningAll()
    .returning(sql<Date>`date_trunc('milliseconds', clock_timestamp())`.as('databaseTime'))
    .returning(({ selectFrom }) =>
      selectFrom('calls')
        .select('calls.traceparent')
        .whereRef('calls.id', '=', 'callbacks.callId')
        .as('traceparent'),
    )
    .executeTakeFirst();
  if (row === undefined) return null;
  const { databaseTime, traceparent, ...callback } = row;
  return { callback, traceparent, now: databaseTime };
};

/** Changes fields of a callback. */
export const saveCallback = async (
  db: Kysely<Database>,
  id: string,
  change: Partial<Omit<Callback, 'id'>>,
): Promise<Callback | null> =>
  (await db.updateTable('callbacks').set(change).where('id', '=', id).returningAll().executeTakeFirst()) ??
  null;

/** Changes fields of a callback whose claim is still the one that was given. */
export const endAttempt = async (
  db: Kysely<Database>,
  claimed: Callback,
  change: Partial<Omit<Callback, 'id'>>,
): Promise<Callback | null> =>
  (await db
    .updateTable('callbacks')
    .set(change)
    .where('id', '=', claimed.id)
    .where('status', '=', 'pending')
    .where('claimedUntil', '=', claimed.claimedUntil)
    .returningAll()
    .executeTakeFirst()) ?? null;

/** The callbacks of these calls, oldest first. */
export const findCallbacksOf = async (
  db: Kysely<Database>,
  callIds: readonly string[],
): Promise<readonly CallbackView[]> =>
  callIds.length === 0
    ? []
    : db
        .selectFrom('callbacks')
        .select(VIEW)
        .where('callId', 'in', callIds)
        .orderBy('createdAt')
        .orderBy('id')
        .execute();

/** Callbacks newest first, from after a position. */
export const listCallbacks = async (
  db: Kysely<Database>,
  filter: CallbackFilter,
  position: Position | null,
  limit: number,
): Promise<readonly CallbackView[]> => {
  let query = db.selectFrom('callbacks').select(VIEW);
  if (filter.status !== null) query = query.where('status', '=', filter.status);
  if (filter.callId !== null) query = query.where('callId', '=', filter.callId);
  if (position !== null) query = query.where(afterPosition(position));
  return query.orderBy('createdAt', 'desc').orderBy('id', 'desc').limit(limit).execute();
};

/** Due callbacks that nobody is at: what an alarm missed, or a bridge that died left half done. */
export const findDueCallbacks = async (db: Kysely<Database>): Promise<readonly Callback[]> =>
  db
    .selectFrom('callbacks')
    .distinctOn('url')
    .selectAll()
    .where('status', '=', 'pending')
    .where('nextAttemptAt', '<=', sql<Date>`clock_timestamp()`)
    .where(isFree)
    .orderBy('url')
    .orderBy('createdAt')
    .limit(BATCH)
    .execute();
