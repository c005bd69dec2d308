import { DIAL_WITHIN_MS } from '@outdial/telephony';
import { type Kysely, sql } from 'kysely';
import type { Call } from '../../domain/call.ts';
import type { DispatchLimits } from '../../ports.ts';
import { LOCK } from './locks.ts';
import type { Database } from './schema.ts';

const after = (ms: number) => sql<Date>`now() + make_interval(secs => ${ms / 1000}::float8)`;

// What the event "dispatched" of domain/advance-call.ts changes, in SQL.
const dispatchedFields = (nextDispatchInMs: number) => ({
  status: 'dispatched' as const,
  dispatchNumber: sql<number>`dispatch_number + 1`,
  room: sql<string>`'call-' || id || '-' || (dispatch_number + 1)`,
  dispatchId: null,
  // Not now(): a claim may have waited for the one before it. Cut, as rounding could lead into the future.
  dispatchedAt: sql<Date>`coalesce(dispatched_at, date_trunc('milliseconds', clock_timestamp()))`,
  nextDispatchAt: after(nextDispatchInMs),
});

/** Holds back every other bridge's claims, so that the limits are counted by one at a time. */
export const lockClaims = async (db: Kysely<Database>): Promise<void> => {
  await sql`select pg_advisory_xact_lock(${LOCK.dispatching}::int, 0)`.execute(db);
};

/** The oldest queued call becomes `dispatched` if the limits leave room. Run under `lockClaims`. */
export const claimQueued = async (
  db: Kysely<Database>,
  limits: DispatchLimits,
  nextDispatchInMs: number,
): Promise<Call | null> =>
  (await db
    .updateTable('calls')
    .set(dispatchedFields(nextDispatchInMs))
    .where('id', '=', (from) =>
      from
        .selectFrom('calls')
        .select('id')
        .where('status', '=', 'queued')
        .where('notAfter', '>', sql<Date>`now()`)
        .where((where) =>
          where.or([where('scheduledFor', 'is', null), where('scheduledFor', '<=', sql<Date>`now()`)]),
        )
        .orderBy('createdAt')
        .orderBy('id')
        .limit(1),
    )
    .where('status', '=', 'queued')
    .where(
      sql<boolean>`(select count(*) from calls
        where status in ('dispatched', 'dialing', 'ringing', 'in_progress')) < ${limits.maxConcurrentCalls}`,
    )
    .where(
      sql<boolean>`not exists (select 1 from calls
        where dispatched_at > clock_timestamp() - make_interval(secs => ${1 / limits.callsPerSecond}::float8))`,
    )
    .returningAll()
    .executeTakeFirst()) ?? null;

/** A new dispatch for a call whose present one was granted to nobody. */
export const claimRedispatch = async (
  db: Kysely<Database>,
  id: string,
  dispatchNumber: number,
  nextDispatchInMs: number,
): Promise<Call | null> =>
  (await db
    .updateTable('calls')
    .set(dispatchedFields(nextDispatchInMs))
    .where('id', '=', id)
    .where('status', '=', 'dispatched')
    .where('dispatchNumber', '=', dispatchNumber)
    .where('cancelRequestedAt', 'is', null)
    .where('notAfter', '>', sql<Date>`now()`)
    .returningAll()
    .executeTakeFirst()) ?? null;

/** Notes LiveKit's id of a dispatch that is still the newest. */
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
    .where('dispatchNumber', '=', dispatchNumber)
    .execute();
};

/** The grant: claim and intent to dial in one statement, so that two jobs can never both have it. */
export const grantCall = async (
  db: Kysely<Database>,
  request: { id: string; token: string; dispatch: number; jobId: string },
): Promise<Call | null> =>
  (await db
    .updateTable('calls')
    .set({
      status: 'dialing',
      dialingAt: sql<Date>`now()`,
      grantToken: request.token,
      grantExpiresAt: after(DIAL_WITHIN_MS),
      jobId: request.jobId,
      lastAliveAt: sql<Date>`now()`,
      nextDispatchAt: null,
    })
    .where('id', '=', request.id)
    .where('status', '=', 'dispatched')
    .where('dispatchNumber', '=', request.dispatch)
    .where('cancelRequestedAt', 'is', null)
    .where('notAfter', '>', sql<Date>`now()`)
    .returningAll()
    .executeTakeFirst()) ?? null;

/** A call with the rest of its grant in milliseconds and whether `not_after` has passed. */
export const findWithGrantTime = async (
  db: Kysely<Database>,
  id: string,
): Promise<{ call: Call; leftMs: number; expired: boolean } | null> => {
  const row = await db
    .selectFrom('calls')
    .selectAll()
    .select(
      sql<number>`greatest(0, floor(extract(epoch from coalesce(grant_expires_at, now()) - now()) * 1000))::int`.as(
        'leftMs',
      ),
    )
    .select(sql<boolean>`not_after <= now()`.as('expired'))
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { leftMs, expired, ...call } = row;
  return { call, leftMs, expired };
};
