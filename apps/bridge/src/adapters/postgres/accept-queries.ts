import { FINAL_STATUSES } from '@outdial/telephony';
import { type Kysely, sql } from 'kysely';
import type { Call, NewCall } from '../../domain/call.ts';
import { LOCK } from './locks.ts';
import type { Database } from './schema.ts';

/** JSON for a column; `null` is SQL's, not JSON's. */
export const jsonText = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));

// One statement for all of it: whoever holds the locks keeps others waiting for each round trip.
const lockText = (family: number, text: string) =>
  sql`pg_advisory_xact_lock(${family}::int, hashtext(${text}))`;

/**
 * The order is the same for everybody, first the key and then the fingerprint, and each transaction
 * takes at most one of each: so nobody can wait in a circle. Gives the time of the transaction, as
 * every `now()` in it.
 */
export const lockRequest = async (
  db: Kysely<Database>,
  request: { apiKeyName: string; idempotencyKey: string | null; fingerprint: string | null },
): Promise<Date> => {
  const { apiKeyName, idempotencyKey: key, fingerprint } = request;
  const locks = [
    ...(key === null ? [] : [lockText(LOCK.idempotencyKey, JSON.stringify([apiKeyName, key]))]),
    ...(fingerprint === null ? [] : [lockText(LOCK.fingerprint, fingerprint)]),
  ];
  const { rows } = await sql<{ time: Date }>`select ${sql.join([...locks, sql`now() as time`])}`.execute(db);
  const time = rows[0]?.time;
  if (time === undefined) throw new Error('The database gave no time.');
  return time;
};

/** The call of an idempotency key. */
export const findByKey = async (
  db: Kysely<Database>,
  apiKeyName: string,
  idempotencyKey: string,
): Promise<Call | null> =>
  (await db
    .selectFrom('calls')
    .selectAll()
    .where('apiKeyName', '=', apiKeyName)
    .where('idempotencyKey', '=', idempotencyKey)
    .executeTakeFirst()) ?? null;

/** The newest call with this fingerprint that is alive, or recent and did not end before any grant. */
export const findDuplicate = async (
  db: Kysely<Database>,
  fingerprint: string,
  windowMs: number,
): Promise<Call | null> =>
  (await db
    .selectFrom('calls')
    .selectAll()
    .where('fingerprint', '=', fingerprint)
    .where((where) =>
      where.or([
        where('status', 'not in', FINAL_STATUSES),
        where.and([
          where('createdAt', '>', sql<Date>`now() - make_interval(secs => ${windowMs / 1000})`),
          where('dialingAt', 'is not', null),
        ]),
      ]),
    )
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()) ?? null;

/** Writes a new call down. */
export const insertCall = async (db: Kysely<Database>, call: NewCall): Promise<Call> =>
  db
    .insertInto('calls')
    .values({
      ...call,
      variables: jsonText(call.variables),
      grantedPlaybook: jsonText(call.grantedPlaybook),
      metadata: jsonText(call.metadata),
      retryMinutes: jsonText(call.retryMinutes),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
