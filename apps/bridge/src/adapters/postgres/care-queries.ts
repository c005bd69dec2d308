import { RESULT_WITHIN_MS } from '@outdial/telephony';
import { type Kysely, sql } from 'kysely';
import type { Call } from '../../domain/call.ts';
import { BEFORE_GRANT, GRANTED } from '../../domain/call-change.ts';
import { GIVE_UP_WITHIN_MS } from '../../domain/call-keepsake.ts';
import type { Database } from './schema.ts';

// Each look takes a handful; the next one comes within a second.
const BATCH = 50;

const ago = (ms: number) => sql<Date>`now() - make_interval(secs => ${ms / 1000}::float8)`;

/** Calls without a grant whose `not_after` has passed. */
export const findExpired = async (db: Kysely<Database>): Promise<readonly Call[]> =>
  db
    .selectFrom('calls')
    .selectAll()
    .where('status', 'in', BEFORE_GRANT)
    .where('notAfter', '<=', sql<Date>`now()`)
    .orderBy('createdAt')
    .limit(BATCH)
    .execute();

/** Calls without a grant whose next dispatch is due. */
export const findDueForRedispatch = async (db: Kysely<Database>, trunk: string): Promise<readonly Call[]> =>
  db
    .selectFrom('calls')
    .selectAll()
    .where('trunk', '=', trunk)
    .where('status', '=', 'dispatched')
    .where('nextDispatchAt', '<=', sql<Date>`now()`)
    .orderBy('nextDispatchAt')
    .limit(BATCH)
    .execute();

/**
 * Calls that have been dispatched for this long while no call at all was granted on their trunk. In a pause none is,
 * which is no sign that agents are missing.
 */
export const findWithoutAgent = async (db: Kysely<Database>, afterMs: number): Promise<readonly Call[]> =>
  db
    .selectFrom('calls')
    .selectAll()
    .where('status', '=', 'dispatched')
    .where('dispatchedAt', '<=', ago(afterMs))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('calls as other')
            .select('other.id')
            .where('other.dialingAt', '>', ago(afterMs))
            .whereRef('other.trunk', '=', 'calls.trunk'),
        ),
      ),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('killSwitch')
            .select('onlyRow')
            .where((either) =>
              either.or([either('pausedAt', 'is not', null), either('resumedAt', '>', ago(afterMs))]),
            ),
        ),
      ),
    )
    .orderBy('dispatchedAt')
    .limit(BATCH)
    .execute();

/** Calls whose agent was last heard of longer ago than the lease, and by how many milliseconds. */
export const findLeasesOver = async (
  db: Kysely<Database>,
  leaseMs: number,
): Promise<readonly { call: Call; overdueMs: number }[]> => {
  const rows = await db
    .selectFrom('calls')
    .selectAll()
    .select(
      sql<number>`least(extract(epoch from now() - last_alive_at) * 1000 - ${leaseMs}::float8, 2147483647)::int`.as(
        'overdueMs',
      ),
    )
    .where('status', 'in', GRANTED)
    .where('lastAliveAt', '<=', ago(leaseMs))
    // Those who talk on without an agent are looked at for as long as they talk, and keep no other waiting.
    .orderBy(sql`bridged_at is not null`)
    .orderBy('lastAliveAt')
    .limit(BATCH)
    .execute();
  return rows.map(({ overdueMs, ...call }) => ({ call, overdueMs }));
};

const NOW = sql`clock_timestamp()`;
const LONGEST_RESULT_WAIT = sql`make_interval(secs => ${RESULT_WITHIN_MS / 1000}::float8)`;
// The first try of a callback may lie ahead by as much as a result is waited for and given up.
const LONGEST_END_WAIT = sql`make_interval(secs => ${(RESULT_WITHIN_MS + GIVE_UP_WITHIN_MS) / 1000}::float8)`;

/**
 * Moments that lie further ahead than they ever were set become those of now: a clock that was set back
 * leaves them behind, and agents would look alive, and calls and callbacks wait, until it has caught up.
 */
export const mendTimes = async (db: Kysely<Database>): Promise<void> => {
  await sql`update calls set
      last_alive_at = least(last_alive_at, ${NOW}),
      last_dispatch_at = least(last_dispatch_at, ${NOW}),
      next_dispatch_at = least(next_dispatch_at, ${NOW} + interval '1 minute')
    where ended_at is null and (last_alive_at > ${NOW} or last_dispatch_at > ${NOW}
      or next_dispatch_at > ${NOW} + interval '66 seconds')`.execute(db);
  await sql`update callbacks set claimed_until = ${NOW} where claimed_until > ${NOW} + interval '1 minute'`.execute(
    db,
  );
  await sql`update callbacks set next_attempt_at = ${NOW}
    where status = 'pending' and attempts = 0 and next_attempt_at > ${NOW} + ${LONGEST_END_WAIT}`.execute(db);
  await sql`update calls set result_due_at = ${NOW}
    where result_at is null and result_due_at > ${NOW} + ${LONGEST_RESULT_WAIT}`.execute(db);
};

/** Open calls from before there were trunks become those of this one; gives how many wait for another. */
export const adoptCalls = async (db: Kysely<Database>, trunk: string): Promise<number> => {
  await db
    .updateTable('calls')
    .set({ trunk })
    .where('trunk', '=', 'default')
    .where('endedAt', 'is', null)
    .execute();
  const row = await db
    .selectFrom('calls')
    .select(({ fn }) => fn.countAll().as('others'))
    .where('endedAt', 'is', null)
    .where('trunk', '<>', trunk)
    .executeTakeFirst();
  return Number(row?.others ?? 0);
};

/** Granted calls that were asked to end, or that are longer than their maximum by `graceMs`. */
export const findLegsToEnd = async (db: Kysely<Database>, graceMs: number): Promise<readonly Call[]> =>
  db
    .selectFrom('calls')
    .selectAll()
    .where('status', 'in', GRANTED)
    .where((where) =>
      where.or([
        where('cancelRequestedAt', 'is not', null),
        sql<boolean>`answered_at + make_interval(secs => max_call_seconds) <= ${ago(graceMs)}`,
      ]),
    )
    .limit(BATCH)
    .execute();

/** Ended calls whose rooms were not deleted yet; those that had a grant only after `graceMs`. */
export const findRoomsToClear = async (db: Kysely<Database>, graceMs: number): Promise<readonly Call[]> =>
  db
    .selectFrom('calls')
    .selectAll()
    .where('endedAt', 'is not', null)
    .where('roomsClearedAt', 'is', null)
    .where('room', 'is not', null)
    .where((where) => where.or([where('dialingAt', 'is', null), where('endedAt', '<=', ago(graceMs))]))
    .orderBy('endedAt')
    .limit(BATCH)
    .execute();

/** Notes that the rooms of an ended call are gone. */
export const saveRoomsCleared = async (db: Kysely<Database>, id: string): Promise<void> => {
  await db.updateTable('calls').set({ roomsClearedAt: sql`now()` }).where('id', '=', id).execute();
};

/** Calls that ended in this span and whose rooms were deleted; the newest come last. */
export const findEndedBetween = async (
  db: Kysely<Database>,
  fromMsAgo: number,
  toMsAgo: number,
): Promise<readonly Call[]> =>
  db
    .selectFrom('calls')
    .selectAll()
    .where('roomsClearedAt', 'is not', null)
    .where('endedAt', '>', ago(fromMsAgo))
    .where('endedAt', '<=', ago(toMsAgo))
    .orderBy('endedAt')
    .execute();

/** Calls that are not over. */
export const findOpen = async (db: Kysely<Database>): Promise<readonly Call[]> =>
  db.selectFrom('calls').selectAll().where('endedAt', 'is', null).execute();

/** Calls whose grant was given and that are not over: their ids. */
export const findLive = async (db: Kysely<Database>): Promise<readonly string[]> => {
  const rows = await db
    .selectFrom('calls')
    .select('id')
    .where('status', 'in', GRANTED)
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
};
