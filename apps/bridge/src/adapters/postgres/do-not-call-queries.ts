import type { Kysely } from 'kysely';
import type { Database } from './schema.ts';

/** Whether a number (E.164) is on the do-not-call list. */
export const isDoNotCall = async (db: Kysely<Database>, number: string): Promise<boolean> =>
  (await db.selectFrom('doNotCall').select('number').where('number', '=', number).executeTakeFirst()) !==
  undefined;

/** Puts a number on the list because its callee asked for it; one that is there already stays as it is. */
export const addOptOut = async (db: Kysely<Database>, number: string, callId: string): Promise<void> => {
  await db
    .insertInto('doNotCall')
    .values({ number, source: 'callee', callId })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
};
