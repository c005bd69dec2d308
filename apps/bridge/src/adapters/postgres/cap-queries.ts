import { type Kysely, sql } from 'kysely';
import {
  CAP_OWNERS,
  CAP_PERIODS,
  type CallCaps,
  type CallUsage,
  type CapOwner,
  type CapPeriod,
  type CapUse,
  type CountedCall,
  PERIOD_MS,
  UNUSED,
} from '../../domain/call-caps.ts';
import { BEFORE_GRANT } from '../../domain/call-change.ts';
import { LOCK } from './locks.ts';
import type { Database } from './schema.ts';

// No call can last longer (MAX_CALL_SECONDS), so no second leg was granted longer after its call.
const LONGEST_CALL = sql`interval '4 hours'`;

const interval = (ms: number) => sql`make_interval(secs => ${ms / 1000}::float8)`;

/**
 * Every call and second leg that counts, one row each, with the time at which it counts: that of its grant,
 * or for calls that wait (`waiting`: these statuses) the time at which they may start. `now` is that of the
 * statement, which begins after the lock is held: whatever was committed under the lock lies before it. The
 * second is for times that are rounded to whole milliseconds.
 */
const counted = (call: CountedCall, at: Date | null, waiting: readonly string[]) => sql`
  clock as (select statement_timestamp() as now, coalesce(${at}::timestamptz, statement_timestamp()) as at),
  counted as (
    select c.trunk, c.api_key_name, c.account_code, c.destination, c.dialing_at as at
      from calls c, clock where c.dialing_at > clock.at - interval '1 day'
    union all
    select c.trunk, c.api_key_name, c.account_code, null, (leg ->> 'expiresAt')::timestamptz
      from clock, calls c cross join lateral jsonb_array_elements(c.bridged_legs) as leg
      where c.bridged_legs <> '[]' and c.dialing_at > clock.at - interval '1 day' - ${LONGEST_CALL}
        and (leg ->> 'expiresAt')::timestamptz > clock.at - interval '1 day'
    union all
    select c.trunk, c.api_key_name, c.account_code, c.destination,
        greatest(coalesce(c.scheduled_for, c.created_at), clock.now)
      from calls c, clock
      where c.ended_at is null and c.status in (${sql.join(waiting)}) and c.id is distinct from ${call.id}::text
        and coalesce(c.scheduled_for, c.created_at) <= clock.at + interval '1 second'
        and greatest(coalesce(c.scheduled_for, c.created_at), clock.now) > clock.at - interval '1 day'
  )`;

const isOf = (owner: CapOwner, call: CountedCall) => {
  switch (owner) {
    case 'trunk':
      return sql`trunk = ${call.trunk}`;
    case 'key':
      return sql`api_key_name = ${call.apiKeyName}`;
    case 'account':
      return sql`account_code is not distinct from ${call.accountCode}::text`;
  }
};

// With `limit` of them in the period, there is room again when the last but so many of them leaves it.
const use = (owner: CapOwner, period: CapPeriod, limit: number | null, call: CountedCall) => {
  if (limit === null) return sql`null`;
  const ms = PERIOD_MS[period];
  const filter = sql`filter (where ${isOf(owner, call)} and counted.at > clock.at - ${interval(ms)})`;
  return sql`json_build_object('used', count(*) ${filter}, 'freeAt', extract(epoch from
    (array_agg(counted.at order by counted.at desc) ${filter})[${limit}::int] + ${interval(ms)}) * 1000)`;
};

// Of each other number of the block, when it was called last: the numbers are counted, not the calls.
const blockUse = (call: CountedCall, limit: number) => sql`(
  select json_build_object('used', count(*), 'freeAt', extract(epoch from
      (array_agg(last_at order by last_at desc))[${limit}::int] + interval '1 hour') * 1000)
    from (
      select max(counted.at) as last_at from counted, clock
        where left(destination, -2) = left(${call.destination}, -2) and destination <> ${call.destination}
          and counted.at > clock.at - interval '1 hour'
        group by destination
    ) as numbers)`;

const lastCall = (call: CountedCall, caps: CallCaps, waiting: readonly string[]) => sql`(
  select extract(epoch from max(case when c.dialing_at is not null then coalesce(c.ended_at, clock.now)
      else greatest(coalesce(c.scheduled_for, c.created_at), clock.now) end)) * 1000
    from calls c, clock
    where c.destination = ${call.destination} and c.id is distinct from ${call.id}::text
      and (c.ended_at is null or c.ended_at > clock.at - ${interval(caps.cooldownMinutes * 60_000)})
      and (c.dialing_at is not null or (c.ended_at is null and c.status in (${sql.join(waiting)})
        and coalesce(c.scheduled_for, c.created_at) <= clock.at + interval '1 second')))`;

/** Null: there is no cap, and nothing was counted. */
type CountedUse = { readonly used: number; readonly freeAt: number | null } | null;
type Row = {
  readonly usage: { readonly [Name in CapPeriod]: Record<CapOwner, CountedUse> } & {
    readonly lastCallAt: number | null;
    readonly block: CountedUse;
  };
};

const toDate = (ms: number | null): Date | null => (ms === null ? null : new Date(Math.ceil(ms)));
const toUse = (use: CountedUse): CapUse =>
  use === null ? UNUSED : { used: use.used, freeAt: toDate(use.freeAt) };

const each = <K extends string, V>(names: readonly K[], value: (name: K) => V): Record<K, V> =>
  Object.fromEntries(names.map((name) => [name, value(name)])) as Record<K, V>;

/**
 * Counts what the caps that are set hold down, before a call that starts at `at` (null: now). Until the transaction
 * is over nobody else counts. `phase`: at the door every call that waits counts too, before a start only those that
 * are on their way. Take this lock last: whoever holds it must not wait for another.
 */
export const countCalls = async (
  db: Kysely<Database>,
  call: CountedCall,
  caps: CallCaps,
  at: Date | null,
  phase: 'accept' | 'start',
): Promise<CallUsage> => {
  await sql`select pg_advisory_xact_lock(${LOCK.caps}::int, 0)`.execute(db);
  const waiting = phase === 'accept' ? BEFORE_GRANT : ['dispatched'];
  const uses = CAP_PERIODS.flatMap((period) => [
    sql`${sql.lit(period)}::text`,
    sql`json_build_object(${sql.join(
      CAP_OWNERS.flatMap((owner) => [
        sql`${sql.lit(owner)}::text`,
        use(owner, period, caps[period][owner], call),
      ]),
    )})`,
  ]);
  // The caps of a period make one row of all that counts; where none of them is set, every row says the same.
  const { rows } = await sql<Row>`with ${counted(call, at, waiting)}
    select json_build_object(${sql.join(uses)},
      'block', ${caps.numbersPerBlock === null ? sql`null` : blockUse(call, caps.numbersPerBlock)},
      'lastCallAt', ${caps.cooldownMinutes > 0 ? lastCall(call, caps, waiting) : sql`null`}) as usage
    from clock left join counted on true limit 1`.execute(db);
  const usage = rows[0]?.usage;
  if (usage === undefined) throw new Error('The database counted nothing.');
  const perOwner = (period: CapPeriod) => each(CAP_OWNERS, (owner) => toUse(usage[period][owner]));
  return {
    hour: perOwner('hour'),
    day: perOwner('day'),
    block: toUse(usage.block),
    lastCallAt: toDate(usage.lastCallAt),
  };
};
