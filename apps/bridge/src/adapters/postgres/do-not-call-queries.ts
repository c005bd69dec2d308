import { type Kysely, sql } from 'kysely';
import { BEFORE_GRANT } from '../../domain/call-change.ts';
import type { DoNotCallEntry, DoNotCallSource, NewDoNotCall } from '../../domain/do-not-call-entry.ts';
import type { DoNotCallFilter, Position } from '../../ports.ts';
import { afterPosition } from './paging.ts';
import type { Database } from './schema.ts';

/** Those of these numbers (E.164) that are on the do-not-call list. */
export const findListed = async (
  db: Kysely<Database>,
  numbers: readonly string[],
): Promise<readonly string[]> => {
  if (numbers.length === 0) return [];
  const rows = await db.selectFrom('doNotCall').select('number').where('number', 'in', numbers).execute();
  return rows.map(({ number }) => number);
};

/** Puts a number on the list because its callee asked for it; one that is there already stays as it is. */
export const addOptOut = async (db: Kysely<Database>, number: string, callId: string): Promise<void> => {
  await db
    .insertInto('doNotCall')
    .values({ number, source: 'callee', callId })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
};

/** Puts numbers on the list; those that are there already stay as they are. Gives how many are new. */
export const insertNumbers = async (
  db: Kysely<Database>,
  entries: readonly NewDoNotCall[],
  source: DoNotCallSource,
): Promise<number> => {
  const { rows } = await sql`
    insert into do_not_call (number, note, source)
    select distinct on (number) number, note, ${source}::text
    from jsonb_to_recordset(${JSON.stringify(entries)}::jsonb) as listed (number text, note text)
    order by number
    on conflict do nothing
    returning number`.execute(db);
  return rows.length;
};

/** The entry of a number. */
export const findEntry = async (db: Kysely<Database>, number: string): Promise<DoNotCallEntry | null> =>
  (await db.selectFrom('doNotCall').selectAll().where('number', '=', number).executeTakeFirst()) ?? null;

/** Changes the note of a number that is on the list. */
export const saveNote = async (db: Kysely<Database>, { number, note }: NewDoNotCall): Promise<void> => {
  await db.updateTable('doNotCall').set({ note }).where('number', '=', number).execute();
};

/** Takes a number off the list; gives the entry that there was. */
export const deleteEntry = async (db: Kysely<Database>, number: string): Promise<DoNotCallEntry | null> =>
  (await db.deleteFrom('doNotCall').where('number', '=', number).returningAll().executeTakeFirst()) ?? null;

/** Entries, newest first, from after a position, whose `id` is the number. */
export const listEntries = async (
  db: Kysely<Database>,
  filter: DoNotCallFilter,
  position: Position | null,
  limit: number,
): Promise<readonly DoNotCallEntry[]> => {
  let query = db.selectFrom('doNotCall').selectAll();
  if (filter.number !== null) query = query.where('number', '=', filter.number);
  if (filter.source !== null) query = query.where('source', '=', filter.source);
  if (position !== null) query = query.where(afterPosition(position, 'number'));
  return query.orderBy('createdAt', 'desc').orderBy('number', 'desc').limit(limit).execute();
};

/** Calls without a grant whose destination is on the list: their ids, oldest first. */
export const findWaitingListed = async (db: Kysely<Database>): Promise<readonly string[]> => {
  const rows = await db
    .selectFrom('calls')
    .innerJoin('doNotCall', 'doNotCall.number', 'calls.destination')
    .select('calls.id')
    .where('calls.status', 'in', BEFORE_GRANT)
    .where('calls.endedAt', 'is', null)
    .orderBy('calls.id')
    .execute();
  return rows.map(({ id }) => id);
};
