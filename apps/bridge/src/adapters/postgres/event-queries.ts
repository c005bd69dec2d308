import { type Kysely, sql } from 'kysely';
import type { CallEventType } from '../../domain/call-event.ts';
import type { CallbackRecipient } from '../../domain/callback.ts';
import type { StoredEvent } from '../../ports.ts';
import type { Database } from './schema.ts';

/** The channel on which every event of a call is told to all bridges; the payload is the call's id. */
export const EVENT_CHANNEL = 'outdial_events';

/** Writes events down and wakes who listens, in one statement: both happen with the commit, or not at all. */
export const insertEvents = async (
  db: Kysely<Database>,
  callId: string,
  events: readonly CallEventType[],
  at: Date,
): Promise<void> => {
  await sql`with told as (
      insert into call_events (call_id, type, at)
      select ${callId}, event, ${at} from jsonb_array_elements_text(${JSON.stringify(events)}::jsonb) as event
      returning call_id)
    select pg_notify(${EVENT_CHANNEL}, call_id) from told limit 1`.execute(db);
};

/**
 * One callback for each of these events and each address that wants it; gives the new ones' ids. The end
 * may be due later than the rest.
 */
export const insertCallbacks = async (
  db: Kysely<Database>,
  callId: string,
  events: readonly CallEventType[],
  at: Date,
  endDueAt: Date = at,
): Promise<readonly string[]> => {
  const { rows } = await sql<{ id: string }>`
    insert into callbacks (id, call_id, event, url, kind, created_at, next_attempt_at)
    select 'cb_' || gen_random_uuid(), ${callId}, event, who.url, who.kind, ${at},
      case when event = 'call.ended' then ${endDueAt}::timestamptz else ${at}::timestamptz end
    from jsonb_array_elements_text(${JSON.stringify(events)}::jsonb) as event
    join (
      select url, events, 'resume' as kind from callback_recipients where call_id = ${callId}
      union all select url, events, 'standing' from standing_endpoints
    ) who on jsonb_exists(who.events, event)
    on conflict (call_id, event, url) do nothing
    returning id`.execute(db);
  return rows.map(({ id }) => id);
};

/** Adds who wants to hear of one call. */
export const insertRecipient = async (
  db: Kysely<Database>,
  callId: string,
  { url, events }: CallbackRecipient,
): Promise<void> => {
  await db
    .insertInto('callbackRecipients')
    .values({ callId, url, events: JSON.stringify(events) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
};

/** Gives a call the recipients of another. */
export const copyRecipients = async (
  db: Kysely<Database>,
  fromCallId: string,
  toCallId: string,
): Promise<void> => {
  await sql`insert into callback_recipients (call_id, url, events)
    select ${toCallId}, url, events from callback_recipients where call_id = ${fromCallId}
    on conflict do nothing`.execute(db);
};

/** Sets or takes away an endpoint that hears of every call. */
export const setStandingEndpoint = async (
  db: Kysely<Database>,
  id: string,
  recipient: CallbackRecipient | null,
): Promise<void> => {
  if (recipient === null) {
    await db.deleteFrom('standingEndpoints').where('id', '=', id).execute();
    return;
  }
  const row = { url: recipient.url, events: JSON.stringify(recipient.events) };
  await db
    .insertInto('standingEndpoints')
    .values({ id, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
};

/** Events after a number, in order. */
export const listEvents = async (
  db: Kysely<Database>,
  after: number,
  callId: string | null,
  limit: number,
): Promise<readonly StoredEvent[]> => {
  let query = db.selectFrom('callEvents').selectAll().where('id', '>', after);
  if (callId !== null) query = query.where('callId', '=', callId);
  const rows = await query.orderBy('id').limit(limit).execute();
  // Postgres gives a bigint as text.
  return rows.map((row) => ({ ...row, id: Number(row.id) }));
};

/** The number of the newest event. */
export const lastEventId = async (db: Kysely<Database>): Promise<number> => {
  const row = await db
    .selectFrom('callEvents')
    .select(({ fn }) => fn.max('id').as('id'))
    .executeTakeFirst();
  return Number(row?.id ?? 0);
};
