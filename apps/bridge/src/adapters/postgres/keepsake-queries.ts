import type { TranscriptTurn } from '@outdial/telephony';
import { type Kysely, sql } from 'kysely';
import type { Call } from '../../domain/call.ts';
import type { PurgeFilter } from '../../ports.ts';
import { EVENT_CHANNEL } from './event-queries.ts';
import type { Database } from './schema.ts';

/** Writes the words of a call down; a second writing takes the place of the first. */
export const saveTranscript = async (
  db: Kysely<Database>,
  callId: string,
  turns: readonly TranscriptTurn[],
): Promise<void> => {
  const row = { turns: JSON.stringify(turns) };
  await db
    .insertInto('callTranscripts')
    .values({ callId, ...row })
    .onConflict((conflict) => conflict.column('callId').doUpdateSet(row))
    .execute();
};

/** The words of a call; null when none are kept. */
export const findTranscript = async (
  db: Kysely<Database>,
  callId: string,
): Promise<readonly TranscriptTurn[] | null> => {
  const row = await db
    .selectFrom('callTranscripts')
    .select('turns')
    .where('callId', '=', callId)
    .executeTakeFirst();
  return row?.turns ?? null;
};

/** Deletes the words of a call. */
export const deleteTranscript = async (db: Kysely<Database>, callId: string): Promise<void> => {
  await db.deleteFrom('callTranscripts').where('callId', '=', callId).execute();
};

/** Deletes what reports and sent callbacks repeat of a call; one that is sent again is made anew. */
export const deleteTraces = async (db: Kysely<Database>, callId: string): Promise<void> => {
  await db.deleteFrom('callReports').where('callId', '=', callId).execute();
  await db.updateTable('callbacks').set({ body: null }).where('callId', '=', callId).execute();
};

/** Makes the first try of these callbacks due now and wakes who waits for the call; gives those that waited. */
export const hurryCallbacks = async (
  db: Kysely<Database>,
  callId: string,
  event: string,
): Promise<readonly string[]> => {
  await sql`select pg_notify(${EVENT_CHANNEL}, ${callId})`.execute(db);
  const { rows } = await sql<{ id: string }>`
    update callbacks set next_attempt_at = clock_timestamp()
    where call_id = ${callId} and event = ${event} and status = 'pending' and attempts = 0
      and next_attempt_at > clock_timestamp()
    returning id`.execute(db);
  return rows.map(({ id }) => id);
};

/** Ended calls whose result did not come in time. */
export const findResultsOverdue = async (db: Kysely<Database>, limit: number): Promise<readonly Call[]> =>
  db
    .selectFrom('calls')
    .selectAll()
    .where('resultDueAt', '<=', sql<Date>`now()`)
    .where('resultAt', 'is', null)
    .orderBy('resultDueAt')
    .limit(limit)
    .execute();

/** Calls that ended longer ago than this and still have a transcript or a recording, oldest first, without `except`. */
export const findKept = async (
  db: Kysely<Database>,
  days: number,
  limit: number,
  except: readonly string[],
): Promise<readonly Call[]> =>
  db
    .selectFrom('calls')
    .selectAll()
    .where('endedAt', '<=', sql<Date>`now() - make_interval(days => ${days}::int)`)
    .where((where) =>
      where.or([where('transcriptAt', 'is not', null), where('recordingState', 'in', ['stored', 'awaited'])]),
    )
    .where(sql<boolean>`id <> all(${except}::text[])`)
    .orderBy('endedAt')
    .limit(limit)
    .execute();

// The same as `isSettled` of the domain.
const IS_SETTLED = sql<boolean>`ended_at is not null and (result_due_at is null or result_at is not null)`;

/** Calls that a purge is about and that were not purged yet, oldest first: those that are settled, or the others. */
export const findToPurge = async (
  db: Kysely<Database>,
  filter: PurgeFilter,
  settled: boolean,
  limit: number,
): Promise<readonly Call[]> => {
  const which = settled ? IS_SETTLED : sql<boolean>`not (${IS_SETTLED})`;
  let query = db.selectFrom('calls').selectAll().where('purgedAt', 'is', null).where(which);
  switch (filter.by) {
    case 'ids':
      query = query.where('id', 'in', filter.ids);
      break;
    case 'destination':
      query = query.where('destination', '=', filter.destination);
      break;
    case 'before':
      query = query.where('endedAt', '<', filter.before);
      break;
  }
  return query.orderBy('createdAt').orderBy('id').limit(limit).execute();
};
