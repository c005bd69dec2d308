import { type Kysely, sql } from 'kysely';
import { roomName } from '../../domain/call.ts';
import { GRANTED } from '../../domain/call-change.ts';
import type { TrunkLoad } from '../../domain/claim-place.ts';
import type { LockedCall } from '../../ports.ts';
import { LOCK } from './locks.ts';
import type { Database } from './schema.ts';

// Not now(): the transaction may have waited for a lock, and the time must be after what it reads.
/** The database's clock at this very moment, in whole milliseconds. */
export const databaseTime = sql<Date>`date_trunc('milliseconds', clock_timestamp())`;

/** Calls whose time has come. */
export const isDue = sql<boolean>`(scheduled_for is null or scheduled_for <= clock_timestamp())`;

/** What queued calls start in the order of, before their ids; it has its index. */
export const startsAt = sql<Date>`coalesce(scheduled_for, created_at)`;

/** Open calls that hold a place of their trunk, and a second one while `leg_open`. */
export const holdsPlace = sql<boolean>`status in (${sql.join(['dispatched', ...GRANTED])})`;

/** Holds back every other bridge's starts on this trunk, so that its limits are counted by one at a time. */
export const lockTrunk = async (db: Kysely<Database>, trunk: string): Promise<TrunkLoad> => {
  await sql`select pg_advisory_xact_lock(${LOCK.trunk}::int, hashtext(${trunk}))`.execute(db);
  const { rows } = await sql<TrunkLoad>`select
      (select (count(*) + count(*) filter (where leg_open))::int from calls where trunk = ${trunk} and ended_at is null
        and ${holdsPlace}) as active,
      (select count(*)::int from calls where trunk = ${trunk} and status = 'dispatched') as waiting,
      (select (extract(epoch from clock_timestamp() - max(last_dispatch_at)) * 1000)::float8
        from calls where trunk = ${trunk} and last_dispatch_at > now() - interval '1 hour') as last_start_ms_ago`.execute(
    db,
  );
  const [load] = rows;
  if (load === undefined) throw new Error('The database gave no load.');
  return load;
};

/** The queued call that may start first and whose time has come. Run under `lockTrunk`. */
export const lockNextQueued = async (db: Kysely<Database>, trunk: string): Promise<LockedCall | null> => {
  const row = await db
    .selectFrom('calls')
    .selectAll()
    .select(databaseTime.as('databaseTime'))
    .where('trunk', '=', trunk)
    .where('status', '=', 'queued')
    .where('endedAt', 'is', null)
    .where('notAfter', '>', sql<Date>`clock_timestamp()`)
    .where(isDue)
    .orderBy(startsAt)
    .orderBy('id')
    .limit(1)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) return null;
  const { databaseTime: now, ...call } = row;
  return { call, now };
};

/** Notes LiveKit's id of a dispatch whose room is still the call's: no newer one was made, and none was granted. */
export const saveDispatchId = async (
  db: Kysely<Database>,
  id: string,
  dispatchNumber: number,
  dispatchId: string,
): Promise<void> => {
  await db
    .updateTable('calls')
    .set({ dispatchId })
    .where('id', '=', id)
    .where('room', '=', roomName(id, dispatchNumber))
    .execute();
};
