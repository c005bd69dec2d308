import { type Kysely, sql } from 'kysely';
import type { Pause } from '../../domain/pause.ts';
import type { Database, KillSwitchTable } from './schema.ts';

const toPause = ({
  pausedAt,
  reason,
  pausedBy,
}: Pick<KillSwitchTable, 'pausedAt' | 'reason' | 'pausedBy'>): Pause | null =>
  pausedAt === null ? null : { since: pausedAt, reason, by: pausedBy };

const theRow = (db: Kysely<Database>) =>
  db.selectFrom('killSwitch').select(['pausedAt', 'reason', 'pausedBy']);

/** The pause, as it stands. */
export const readPause = async (db: Kysely<Database>): Promise<Pause | null> =>
  toPause(await theRow(db).executeTakeFirstOrThrow());

/** The pause; whoever wants to switch waits until this transaction is over. */
export const holdSwitch = async (db: Kysely<Database>): Promise<Pause | null> =>
  toPause(await theRow(db).forShare().executeTakeFirstOrThrow());

/** Switches on; a pause that is on already keeps its time, and its reason unless there is another. */
export const savePause = async (
  db: Kysely<Database>,
  { reason, by }: Omit<Pause, 'since'>,
): Promise<Pause> => {
  const row = await db
    .updateTable('killSwitch')
    .set({
      pausedAt: sql`coalesce(paused_at, clock_timestamp())`,
      reason: sql`coalesce(${reason}, reason)`,
      pausedBy: sql`case when paused_at is null then ${by} else paused_by end`,
    })
    .returning(['pausedAt', 'reason', 'pausedBy'])
    .executeTakeFirstOrThrow();
  const pause = toPause(row);
  if (pause === null) throw new Error('The kill switch did not stay on.');
  return pause;
};

/** Switches off; false when it was off. */
export const endPause = async (db: Kysely<Database>): Promise<boolean> => {
  const row = await db
    .updateTable('killSwitch')
    .set({ pausedAt: null, reason: null, pausedBy: null, resumedAt: sql`clock_timestamp()` })
    .where('pausedAt', 'is not', null)
    .returning('onlyRow')
    .executeTakeFirst();
  return row !== undefined;
};
