import { makeOutcome } from '@outdial/telephony';
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aNewCall, TOKEN } from '../../../test/fixtures.ts';
import { startPostgres, type TestPostgres } from '../../../test/postgres.ts';
import { openTestStore, type TestStore } from '../../../test/store.ts';
import { type Call, roomName } from '../../domain/call.ts';
import type { CallChange } from '../../domain/call-change.ts';
import type { CallStore } from '../../ports.ts';
import { openDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import type { Database } from './schema.ts';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

describe.each(['embedded', 'postgres'] as const)('the call store on %s', (kind) => {
  let store: TestStore;
  let database: Kysely<Database>;
  let calls: CallStore;

  beforeAll(async () => {
    store = await openTestStore(
      kind === 'embedded' ? { type: 'memory' } : { type: 'postgres', url: await postgres.newDatabase() },
    );
    ({ calls, database } = store);
  });
  afterAll(() => store?.close());
  beforeEach(() => store.clear());

  const insert = (change: Parameters<typeof aNewCall>[0] = {}) =>
    calls.transaction((tx) => tx.insert(aNewCall(change)));
  const save = (id: string, change: CallChange) => calls.transaction((tx) => tx.save(id, change));
  const found = async (id: string): Promise<Call> => {
    const call = await calls.find(id);
    if (call === null) throw new Error(`no call ${id}`);
    return call;
  };
  /** Moves a time of a call into the past. */
  const age = async (id: string, column: string, seconds: number) => {
    await sql`update calls set ${sql.ref(column)} = now() - make_interval(secs => ${seconds}) where id = ${id}`.execute(
      database,
    );
  };
  const dispatched = async (change: Parameters<typeof aNewCall>[0] = {}) => {
    const { id } = await insert(change);
    await save(id, {
      status: 'dispatched',
      dispatchNumber: 1,
      room: `call-${id}-1`,
      dispatchedAt: new Date(),
      nextDispatchAt: new Date(Date.now() + 5_000),
    });
    return id;
  };
  const granted = async (change: Parameters<typeof aNewCall>[0] = {}) => {
    const id = await dispatched(change);
    const now = new Date();
    await save(id, {
      status: 'dialing',
      dialingAt: now,
      lastAliveAt: now,
      grantToken: TOKEN,
      nextDispatchAt: null,
    });
    return id;
  };

  test('what goes in comes out, JSON and times too', async () => {
    const asked = aNewCall({ metadata: ['a', { b: null }], variables: { name: "O'Neil", n: 5 } });
    const stored = await calls.transaction((tx) => tx.insert(asked));
    expect(stored).toMatchObject({
      ...asked,
      status: 'queued',
      dispatchNumber: 0,
      legs: [],
      outcome: null,
      lateLeg: false,
    });
    expect(stored.createdAt).toBeInstanceOf(Date);
    expect(await found(asked.id)).toEqual(stored);
    expect(await calls.find('call_none')).toBeNull();
  });

  test.each(['text', '', 5, true, null, [], { a: { camelCase: 1, snake_case: 2 } }])(
    'metadata %j survives',
    async (metadata) => {
      const { id } = await insert({ metadata });
      expect((await found(id)).metadata).toEqual(metadata);
    },
  );

  test('a change of legs, transfer and outcome survives', async () => {
    const { id } = await insert();
    const outcome = makeOutcome('busy', { sip: { status: 486, reason: 'Busy Here', call_id: 'x' } });
    const legs = [{ identity: 'callee' as const, participant_sid: 'PA_1', sip_call_id: null }];
    await save(id, { status: 'busy', outcome, legs, endedAt: new Date() });
    expect(await found(id)).toMatchObject({ status: 'busy', outcome, legs, transfer: null });
  });

  test('a failed transaction leaves nothing behind', async () => {
    const asked = aNewCall();
    const work = calls.transaction(async (tx) => {
      await tx.insert(asked);
      throw new Error('after the insert');
    });
    await expect(work).rejects.toThrow('after the insert');
    expect(await calls.find(asked.id)).toBeNull();
  });

  test('a key belongs to one API key name', async () => {
    await insert({ idempotencyKey: 'k1' });
    await expect(insert({ idempotencyKey: 'k1' })).rejects.toThrow();
    const other = await insert({ idempotencyKey: 'k1', apiKeyName: 'crm' });
    const byKey = await calls.transaction((tx) => tx.findByKey('crm', 'k1'));
    expect(byKey?.id).toBe(other.id);
    expect(await calls.transaction((tx) => tx.findByKey('crm', 'k2'))).toBeNull();
  });

  test('accepting the same key fifty times at once makes one row', async () => {
    const request = { apiKeyName: 'n8n', idempotencyKey: 'k1', fingerprint: 'f1' };
    const accept = () =>
      calls.transaction(async (tx) => {
        await tx.lockRequest(request);
        const known = await tx.findByKey('n8n', 'k1');
        return known ?? tx.insert(aNewCall({ idempotencyKey: 'k1', fingerprint: 'f1' }));
      });
    const answers = await Promise.all(Array.from({ length: 50 }, accept));
    expect(new Set(answers.map((call) => call.id)).size).toBe(1);
  });

  test('accepting the same fingerprint fifty times at once makes one row', async () => {
    const accept = () =>
      calls.transaction(async (tx) => {
        await tx.lockRequest({ apiKeyName: 'n8n', idempotencyKey: null, fingerprint: 'f1' });
        return (await tx.findDuplicate('f1', 120_000)) ?? tx.insert(aNewCall({ fingerprint: 'f1' }));
      });
    const answers = await Promise.all(Array.from({ length: 50 }, accept));
    expect(new Set(answers.map((call) => call.id)).size).toBe(1);
  });

  describe('duplicates', () => {
    const duplicate = () => calls.transaction((tx) => tx.findDuplicate('f1', 120_000));
    const ended = { status: 'busy' as const, outcome: makeOutcome('busy'), endedAt: new Date() };

    test('of a call that is alive, however old', async () => {
      const { id } = await insert({ fingerprint: 'f1' });
      await age(id, 'created_at', 3_600);
      expect((await duplicate())?.id).toBe(id);
    });

    test('of a call that was dialled and ended within the window', async () => {
      const { id } = await insert({ fingerprint: 'f1' });
      await save(id, { ...ended, dialingAt: new Date() });
      expect((await duplicate())?.id).toBe(id);
      await age(id, 'created_at', 121);
      expect(await duplicate()).toBeNull();
    });

    test('not of a call that ended before any grant', async () => {
      const { id } = await insert({ fingerprint: 'f1' });
      await save(id, ended);
      expect(await duplicate()).toBeNull();
    });
  });

  describe('the next call of a trunk', () => {
    const next = (trunk = 'default') => calls.transaction((tx) => tx.lockNextQueued(trunk));

    test('is the one that may start first, by its time or its acceptance', async () => {
      const second = await insert();
      const third = await insert();
      const first = await insert({ scheduledFor: new Date(Date.now() - 3_000) });
      await age(second.id, 'created_at', 2);
      await age(third.id, 'created_at', 1);
      const order: (string | undefined)[] = [];
      for (let n = 0; n < 3; n += 1) {
        const id = (await next())?.call.id;
        order.push(id);
        await save(id ?? '', { status: 'dispatched' });
      }
      expect(order).toEqual([first.id, second.id, third.id]);
      expect(await next()).toBeNull();
    });

    test('is none that is too late, too early, or of another trunk', async () => {
      await insert({ notAfter: new Date(Date.now() - 60_000) });
      await insert({ scheduledFor: new Date(Date.now() + 60_000) });
      await insert({ trunk: 'ST_other' });
      expect(await next()).toBeNull();
      expect((await next('ST_other'))?.call.trunk).toBe('ST_other');
    });

    test('comes with what its trunk carries', async () => {
      const load = () => calls.transaction((tx) => tx.lockTrunk('default'));
      expect(await load()).toEqual({ active: 0, waiting: 0, lastStartMsAgo: null });
      await granted({ trunk: 'ST_other' });
      const id = await dispatched();
      await granted();
      await age(id, 'dispatched_at', 5);
      const { active, waiting, lastStartMsAgo } = await load();
      expect([active, waiting]).toEqual([2, 1]);
      expect(lastStartMsAgo).toBeLessThan(5_000);
    });
  });

  test('a dispatch id is noted for the dispatch that it belongs to', async () => {
    const id = await dispatched();
    await calls.saveDispatchId(id, 1, 'AD_1');
    expect((await found(id)).dispatchId).toBe('AD_1');
    await save(id, { dispatchNumber: 2, room: roomName(id, 2), dispatchId: null });
    await calls.saveDispatchId(id, 1, 'AD_late');
    expect((await found(id)).dispatchId).toBeNull();
  });

  test('a call has one repetition of each number', async () => {
    const first = await insert();
    const again = await insert({ retryOf: first.id, attempt: 2 });
    await expect(insert({ retryOf: first.id, attempt: 2 })).rejects.toMatchObject({ code: '23505' });
    const found = await calls.transaction((tx) => tx.findRepetitions(first.id));
    expect(found.map(({ id }) => id)).toEqual([again.id]);
  });

  describe('care', () => {
    const ids = async (list: Promise<readonly Call[]>) => (await list).map((call) => call.id);

    test('finds what can no longer start', async () => {
      const late = await insert({ notAfter: new Date(Date.now() - 60_000) });
      await insert();
      expect(await ids(calls.findExpired())).toEqual([late.id]);
    });

    test('finds calls without an agent, unless another call was granted lately', async () => {
      const other = await granted();
      await granted({ trunk: 'ST_other' });
      const id = await dispatched();
      await age(id, 'dispatched_at', 61);
      expect(await ids(calls.findWithoutAgent(60_000))).toEqual([]);
      await age(other, 'dialing_at', 61);
      expect(await ids(calls.findWithoutAgent(60_000))).toEqual([id]);
    });

    test('finds leases that are over, and by how much', async () => {
      const id = await granted();
      expect(await calls.findLeasesOver(8_000)).toEqual([]);
      await age(id, 'last_alive_at', 18);
      const [over] = await calls.findLeasesOver(8_000);
      expect(over?.call.id).toBe(id);
      expect(over?.overdueMs).toBeGreaterThanOrEqual(10_000);
      expect(over?.overdueMs).toBeLessThan(60_000);
    });

    test('finds rooms to clear: at once without a grant, after a while with one, then never again', async () => {
      const ended = { status: 'busy' as const, outcome: makeOutcome('busy'), endedAt: new Date() };
      const { id: neverDispatched } = await insert();
      await save(neverDispatched, ended);
      const dialed = await granted();
      await save(dialed, ended);
      expect(await ids(calls.findRoomsToClear(30_000))).toEqual([]);
      await age(dialed, 'ended_at', 31);
      expect(await ids(calls.findRoomsToClear(30_000))).toEqual([dialed]);
      await calls.saveRoomsCleared(dialed);
      expect(await ids(calls.findRoomsToClear(30_000))).toEqual([]);
    });

    test('finds calls whose leg is to go: canceled, or beyond their maximum', async () => {
      const id = await granted();
      const long = await granted({ maxCallSeconds: 10 });
      await save(long, { status: 'in_progress', answeredAt: new Date() });
      expect(await ids(calls.findLegsToEnd(5_000))).toEqual([]);
      await save(id, { cancelRequestedAt: new Date() });
      await age(long, 'answered_at', 14);
      expect(await ids(calls.findLegsToEnd(5_000))).toEqual([id]);
      await age(long, 'answered_at', 15);
      expect(new Set(await ids(calls.findLegsToEnd(5_000)))).toEqual(new Set([id, long]));
    });

    test('finds what is due for another dispatch, on its trunk', async () => {
      const id = await dispatched();
      expect(await ids(calls.findDueForRedispatch('default'))).toEqual([]);
      await age(id, 'next_dispatch_at', 1);
      expect(await ids(calls.findDueForRedispatch('default'))).toEqual([id]);
      expect(await ids(calls.findDueForRedispatch('ST_other'))).toEqual([]);
    });

    test('a sign of life from the future, which a clock that was set back leaves behind, is one of now', async () => {
      const id = await granted();
      await age(id, 'last_alive_at', -3_600);
      await calls.mendLeases();
      await age(id, 'dialing_at', 1);
      expect(Math.abs(Date.now() - ((await found(id)).lastAliveAt?.getTime() ?? 0))).toBeLessThan(60_000);
    });

    test('finds calls that ended a while ago and whose rooms were deleted', async () => {
      const id = await granted();
      await save(id, { status: 'busy', outcome: makeOutcome('busy'), endedAt: new Date() });
      await age(id, 'ended_at', 30);
      expect(await ids(calls.findEndedBetween(120_000, 6_000))).toEqual([]);
      await calls.saveRoomsCleared(id);
      expect(await ids(calls.findEndedBetween(120_000, 6_000))).toEqual([id]);
      expect(await ids(calls.findEndedBetween(120_000, 60_000))).toEqual([]);
      await age(id, 'ended_at', 121);
      expect(await ids(calls.findEndedBetween(120_000, 6_000))).toEqual([]);
    });
  });

  test('lists newest first, filtered and page by page', async () => {
    const made: Call[] = [];
    for (let n = 0; n < 5; n += 1) {
      const call = await insert({ accountCode: n % 2 === 0 ? 'even' : 'odd' });
      // Two share a moment, so that only the id tells them apart.
      await age(call.id, 'created_at', 10 - Math.floor(n / 2));
      made.push(call);
    }
    const everything = { status: null, destination: null, accountCode: null };
    const all = await calls.list(everything, null, 10);
    expect(new Set(all.map((call) => call.id))).toEqual(new Set(made.map((call) => call.id)));
    const paged: string[] = [];
    let position: { createdAt: Date; id: string } | null = null;
    for (;;) {
      const page: readonly Call[] = await calls.list(everything, position, 2);
      paged.push(...page.map((call) => call.id));
      const last = page.at(-1);
      if (last === undefined) break;
      position = last;
    }
    expect(paged).toEqual(all.map((call) => call.id));
    expect(await calls.list({ ...everything, accountCode: 'even' }, null, 10)).toHaveLength(3);
    expect(await calls.list({ ...everything, status: ['queued'] }, null, 10)).toHaveLength(5);
    expect(await calls.list({ ...everything, status: ['busy'] }, null, 10)).toEqual([]);
    expect(await calls.list({ ...everything, destination: '+61491570156' }, null, 10)).toHaveLength(5);
  });

  test('a report is taken once', async () => {
    const { id } = await insert();
    const report = { token: TOKEN, seq: 1, at_ms: 5, type: 'ringing' } as const;
    const take = () => calls.transaction((tx) => tx.insertReport(id, report));
    expect(await take()).toBe(true);
    expect(await take()).toBe(false);
    const { body } = await database.selectFrom('callReports').select('body').executeTakeFirstOrThrow();
    expect(body).toEqual({ seq: 1, at_ms: 5, type: 'ringing' });
  });
});

describe('on a real Postgres', () => {
  test('two bridges that start at once migrate once', async () => {
    const url = await postgres.newDatabase();
    const bridges = [1, 2, 3].map(() => openDatabase({ type: 'postgres', url }));
    const applied = await Promise.all(bridges.map(({ db }) => migrate(db)));
    expect(applied.flat()).toEqual(['0001-calls.sql', '0002-never-twice.sql']);
    for (const database of bridges) await database.close();
  });

  test('a database of a newer version is left alone', async () => {
    const { db, close } = openDatabase({ type: 'postgres', url: await postgres.newDatabase() });
    await migrate(db);
    await sql`insert into migrations (number, name) values (9999, '9999-future.sql')`.execute(db);
    await expect(migrate(db)).rejects.toThrow('9999-future.sql');
    await close();
  });

  test('a server that is gone is told apart from a faulty statement', async () => {
    const own = await startPostgres();
    const { calls, close } = await openTestStore({ type: 'postgres', url: await own.newDatabase() });
    const call = aNewCall();
    await calls.transaction((tx) => tx.insert(call));
    await expect(calls.transaction((tx) => tx.insert(call))).rejects.toMatchObject({ code: '23505' });
    await own.stop();
    await expect(calls.find(call.id)).rejects.toMatchObject({ code: 'database_unavailable' });
    await expect(calls.transaction((tx) => tx.insert(aNewCall()))).rejects.toMatchObject({
      code: 'database_unavailable',
    });
    await close();
  });
});
