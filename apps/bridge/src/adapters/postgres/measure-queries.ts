import { type Kysely, sql } from 'kysely';
import type { StoreMeasure } from '../../ports.ts';
import { isDue, startsAt } from './dispatch-queries.ts';
import type { Database } from './schema.ts';

const secondsSince = (moment: ReturnType<typeof sql>) =>
  sql`coalesce(greatest(0, extract(epoch from clock_timestamp() - ${moment})), 0)::float8`;

/** What stands in the database now. Open calls, pending callbacks and dead letters each have an index of their own. */
export const measure = async (db: Kysely<Database>): Promise<StoreMeasure> => {
  const isScheduled = sql`status = 'queued' and not ${isDue}`;
  const { rows: states } = await sql<{ state: string; calls: number; oldestSeconds: number }>`
    select case when ${isScheduled} then 'scheduled' else status end as state, count(*)::int as calls,
      ${secondsSince(sql`min(${startsAt})`)} as oldest_seconds
    from calls where ended_at is null group by 1`.execute(db);
  const { rows } = await sql<Omit<StoreMeasure, 'calls' | 'oldestCallSeconds'>>`select
      (select count(*)::int from callbacks where status = 'pending') as callbacks_pending,
      (select count(*)::int from callbacks where status = 'dead') as callbacks_dead,
      (select ${secondsSince(sql`min(next_attempt_at)`)}
        from callbacks where status = 'pending') as callback_overdue_seconds`.execute(db);
  const [callbacks] = rows;
  if (callbacks === undefined) throw new Error('The database gave no figures.');
  return {
    ...callbacks,
    calls: Object.fromEntries(states.map(({ state, calls }) => [state, calls])),
    oldestCallSeconds: states.find(({ state }) => state === 'queued')?.oldestSeconds ?? 0,
  };
};
