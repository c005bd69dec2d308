import type { CallReport, EndReason } from '@outdial/telephony';
import { type Kysely, sql } from 'kysely';
import type { Call } from '../../domain/call.ts';
import type { CallChange } from '../../domain/call-change.ts';
import type { CallFilter, LockedCall, Position } from '../../ports.ts';
import { jsonText } from './accept-queries.ts';
import { databaseTime } from './dispatch-queries.ts';
import { afterPosition } from './paging.ts';
import type { Database } from './schema.ts';

/** One call by its id. */
export const findCall = async (db: Kysely<Database>, id: string): Promise<Call | null> =>
  (await db.selectFrom('calls').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;

/** One call, locked until the transaction ends, with the database's time. */
export const lockCall = async (db: Kysely<Database>, id: string): Promise<LockedCall | null> => {
  const row = await db
    .selectFrom('calls')
    .selectAll()
    .select(databaseTime.as('databaseTime'))
    .where('id', '=', id)
    // Its key never changes: rows that name it, as the next attempt of an attempt does, need not wait.
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (row === undefined) return null;
  const { databaseTime: now, ...call } = row;
  return { call, now };
};

const JSON_FIELDS = [
  'variables',
  'metadata',
  'retryMinutes',
  'legs',
  'bridgedLegs',
  'transfer',
  'outcome',
  'result',
] as const;

/** Changes fields of a call. */
export const saveCall = async (db: Kysely<Database>, id: string, change: CallChange): Promise<Call> => {
  const asText = Object.fromEntries(
    JSON_FIELDS.filter((name) => change[name] !== undefined).map((name) => [name, jsonText(change[name])]),
  );
  return db
    .updateTable('calls')
    .set({ ...change, ...asText } as Record<string, never>)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
};

/** Writes a report down; false when its number was there already. */
export const insertReport = async (
  db: Kysely<Database>,
  callId: string,
  report: CallReport,
): Promise<boolean> => {
  const { token: _token, ...body } = report;
  const row = await db
    .insertInto('callReports')
    .values({ callId, seq: report.seq, type: report.type, atMs: report.at_ms, body: JSON.stringify(body) })
    .onConflict((conflict) => conflict.doNothing())
    .returning('seq')
    .executeTakeFirst();
  return row !== undefined;
};

/** Calls newest first, from after a position. */
export const listCalls = async (
  db: Kysely<Database>,
  filter: CallFilter,
  position: Position | null,
  limit: number,
): Promise<readonly Call[]> => {
  let query = db.selectFrom('calls').selectAll();
  if (filter.status !== null) query = query.where('status', 'in', filter.status);
  if (filter.destination !== null) query = query.where('destination', '=', filter.destination);
  if (filter.accountCode !== null) query = query.where('accountCode', '=', filter.accountCode);
  if (position !== null) query = query.where(afterPosition(position));
  return query.orderBy('createdAt', 'desc').orderBy('id', 'desc').limit(limit).execute();
};

/** Calls that repeat this one, oldest first. */
export const findRepetitions = async (db: Kysely<Database>, id: string): Promise<readonly Call[]> =>
  db.selectFrom('calls').selectAll().where('retryOf', '=', id).orderBy('createdAt').orderBy('id').execute();

/** The time by the database's clock. */
export const readNow = async (db: Kysely<Database>): Promise<Date> => {
  const { rows } = await sql<{ now: Date }>`select ${databaseTime} as now`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('The database gave no time.');
  return row.now;
};

/** Why the newest calls of a trunk that were dialled ended, newest first. */
export const lastEndReasons = async (
  db: Kysely<Database>,
  trunk: string,
  limit: number,
): Promise<readonly EndReason[]> => {
  const rows = await db
    .selectFrom('calls')
    .select('outcome')
    .where('trunk', '=', trunk)
    .where('endedAt', 'is not', null)
    .where('dialingAt', 'is not', null)
    .orderBy('endedAt', 'desc')
    .limit(limit)
    .execute();
  return rows.flatMap(({ outcome }) => (outcome === null ? [] : [outcome.end_reason]));
};
