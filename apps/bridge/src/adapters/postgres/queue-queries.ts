import { type Kysely, sql } from 'kysely';
import { GRANTED } from '../../domain/call-change.ts';
import type { QueueState } from '../../ports.ts';
import { holdsPlace, isDue, startsAt } from './dispatch-queries.ts';
import { readPause } from './kill-switch-queries.ts';
import type { Database } from './schema.ts';

type Counts = Omit<QueueState, 'pause' | 'next'>;

/** What waits on a trunk and what it carries, with the `limit` calls that start next: those whose time comes first. */
export const readQueue = async (db: Kysely<Database>, trunk: string, limit: number): Promise<QueueState> => {
  const { rows } = await sql<Counts>`select
      count(*) filter (where status = 'queued' and ${isDue})::int as due,
      count(*) filter (where status = 'queued' and not ${isDue})::int as scheduled,
      count(*) filter (where status = 'dispatched')::int as dispatched,
      count(*) filter (where status in (${sql.join(GRANTED)}))::int as live,
      (count(*) filter (where ${holdsPlace}) + count(*) filter (where leg_open and ${holdsPlace}))::int as places_used
    from calls where trunk = ${trunk} and ended_at is null`.execute(db);
  const [counts] = rows;
  if (counts === undefined) throw new Error('The database gave no counts.');
  const next = await db
    .selectFrom('calls')
    .selectAll()
    .where('trunk', '=', trunk)
    .where('status', '=', 'queued')
    .where('endedAt', 'is', null)
    .orderBy(startsAt)
    .orderBy('id')
    .limit(limit)
    .execute();
  return { ...counts, pause: await readPause(db), next };
};
