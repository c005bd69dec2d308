import { type Kysely, sql } from 'kysely';
import { GRANTED } from '../../domain/call-change.ts';
import type { QueueState } from '../../ports.ts';
import { readPause } from './kill-switch-queries.ts';
import type { Database } from './schema.ts';

type Counts = Omit<QueueState, 'pause' | 'next'>;

/** What waits on a trunk and what it carries, with the `limit` calls that start next: those whose time comes first. */
export const readQueue = async (db: Kysely<Database>, trunk: string, limit: number): Promise<QueueState> => {
  const { rows } = await sql<Counts>`select
      count(*) filter (where status = 'queued' and (scheduled_for is null or scheduled_for <= clock_timestamp()))::int as due,
      count(*) filter (where status = 'queued' and scheduled_for > clock_timestamp())::int as scheduled,
      count(*) filter (where status = 'dispatched')::int as dispatched,
      count(*) filter (where status in (${sql.join(GRANTED)}))::int as live,
      (count(*) filter (where status <> 'queued') + count(*) filter (where leg_open and status <> 'queued'))::int as places_used
    from calls where trunk = ${trunk} and ended_at is null`.execute(db);
  const [counts] = rows;
  if (counts === undefined) throw new Error('The database gave no counts.');
  const next = await db
    .selectFrom('calls')
    .selectAll()
    .where('trunk', '=', trunk)
    .where('status', '=', 'queued')
    .where('endedAt', 'is', null)
    .orderBy(sql`coalesce(scheduled_for, created_at)`)
    .orderBy('id')
    .limit(limit)
    .execute();
  return { ...counts, pause: await readPause(db), next };
};
