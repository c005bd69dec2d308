import { CALL_STATUSES, type CallStatus, isFinal, makeOutcome } from '@outdial/telephony';
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aNewCall, TOKEN } from '../../../test/fixtures.ts';
import { startPostgres, type TestPostgres } from '../../../test/postgres.ts';
import { advanceCall, type CallChange, type CallEvent } from '../../domain/advance-call.ts';
import { type Call, roomName } from '../../domain/call.ts';
import type { CallStore } from '../../ports.ts';
import { createCallStore } from './call-store.ts';
import { openDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import type { Database } from './schema.ts';

const LIMITS = { maxConcurrentCalls: 4, callsPerSecond: 100 };
const NO_PACE = { maxConcurrentCalls: 1_000, callsPerSecond: 1e9 };

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

describe.each(['embedded', 'postgres'] as const)('the call store on %s', (kind) => {
  let database: Kysely<Database>;
  let calls: CallStore;

  beforeAll(async () => {
    database = openDatabase(
      kind === 'embedded' ? { type: 'memory' } : { type: 'postgres', url: await postgres.newDatabase() },
    );
    await migrate(database);
    calls = createCallStore(database);
  });
  afterAll(() => database?.destroy());
  beforeEach(async () => {
    await database.deleteFrom('calls').execute();
  });

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
  const granted = async () => {
    const { id } = await insert();
    await calls.claimQueued(NO_PACE, 5_000);
    await calls.grant({ id, token: TOKEN, dispatch: 1, jobId: 'AJ_1' });
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

  describe('dispatching', () => {
    test('takes the oldest first and saves its dispatch', async () => {
      const first = await insert();
      const second = await insert();
      await age(first.id, 'created_at', 2);
      await age(second.id, 'created_at', 1);
      const claimed = await calls.claimQueued(NO_PACE, 5_000);
      expect(claimed).toMatchObject({
        id: first.id,
        status: 'dispatched',
        dispatchNumber: 1,
        room: roomName(first.id, 1),
      });
      expect((await calls.claimQueued(NO_PACE, 5_000))?.id).toBe(second.id);
      expect(await calls.claimQueued(NO_PACE, 5_000)).toBeNull();
    });

    test('keeps the limit of calls at once, under ten claims at once', async () => {
      for (let n = 0; n < 10; n += 1) await insert();
      const claims = await Promise.all(
        Array.from({ length: 10 }, () => calls.claimQueued({ ...NO_PACE, maxConcurrentCalls: 4 }, 5_000)),
      );
      const ids = claims.flatMap((call) => (call === null ? [] : [call.id]));
      expect(ids).toHaveLength(4);
      expect(new Set(ids).size).toBe(4);
    });

    test('keeps the pace', async () => {
      const first = await insert();
      await insert();
      expect(await calls.claimQueued({ ...LIMITS, callsPerSecond: 0.1 }, 5_000)).not.toBeNull();
      expect(await calls.claimQueued({ ...LIMITS, callsPerSecond: 0.1 }, 5_000)).toBeNull();
      await age(first.id, 'dispatched_at', 11);
      expect(await calls.claimQueued({ ...LIMITS, callsPerSecond: 0.1 }, 5_000)).not.toBeNull();
    });

    test('leaves what is too late or too early', async () => {
      await insert({ notAfter: new Date(Date.now() - 60_000) });
      await insert({ scheduledFor: new Date(Date.now() + 60_000) });
      expect(await calls.claimQueued(NO_PACE, 5_000)).toBeNull();
    });

    test('a re-dispatch is for the number that was seen, once', async () => {
      const { id } = await insert();
      await calls.claimQueued(NO_PACE, 0);
      await calls.saveDispatchId(id, 1, 'AD_1');
      expect((await calls.findDueForRedispatch()).map((call) => call.id)).toEqual([id]);
      const again = await Promise.all([
        calls.claimRedispatch(id, 1, 10_000),
        calls.claimRedispatch(id, 1, 10_000),
      ]);
      expect(again.filter((call) => call !== null)).toHaveLength(1);
      const call = await found(id);
      expect(call).toMatchObject({ dispatchNumber: 2, room: roomName(id, 2), dispatchId: null });
      expect(await calls.findDueForRedispatch()).toEqual([]);
      await calls.saveDispatchId(id, 1, 'AD_late');
      expect((await found(id)).dispatchId).toBeNull();
    });
  });

  describe('the grant', () => {
    test('goes to one of twenty jobs that ask at once', async () => {
      const { id } = await insert();
      await calls.claimQueued(NO_PACE, 5_000);
      const ask = (n: number) =>
        calls.grant({ id, token: `token-of-the-job-${n}`, dispatch: 1, jobId: `AJ_${n}` });
      const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => ask(n)));
      expect(answers.filter((call) => call !== null)).toHaveLength(1);
    });

    test('runs out', async () => {
      const id = await granted();
      const fresh = await calls.findWithGrantTime(id);
      expect(fresh?.leftMs).toBeGreaterThan(0);
      expect(fresh?.leftMs).toBeLessThanOrEqual(3_000);
      await age(id, 'grant_expires_at', 1);
      expect((await calls.findWithGrantTime(id))?.leftMs).toBe(0);
    });
  });

  // The one-statement forms must do what the state machine says, in every status.
  describe.each(CALL_STATUSES)('SQL and state machine agree while %s', (status: CallStatus) => {
    const inStatus = async () => {
      const { id } = await insert();
      const final = isFinal(status);
      await save(id, {
        status,
        ...(status === 'queued'
          ? {}
          : { dispatchNumber: 1, room: roomName(id, 1), dispatchedAt: new Date() }),
        ...(final ? { outcome: makeOutcome('busy'), endedAt: new Date() } : {}),
      });
      return found(id);
    };
    const expectAgreement = (call: Call, event: CallEvent, changed: Call | null) => {
      const change = advanceCall(call, event, new Date());
      if (Object.keys(change).length === 0) return expect(changed).toBeNull();
      const expected = Object.entries({ ...call, ...change }).map(([name, value]) => [
        name,
        name in change && value instanceof Date ? expect.any(Date) : value,
      ]);
      expect(changed).toEqual(Object.fromEntries(expected));
    };

    test('on a grant', async () => {
      const call = await inStatus();
      const event = { type: 'granted', token: TOKEN, dispatch: 1, jobId: 'AJ_1' } as const;
      expectAgreement(
        call,
        event,
        await calls.grant({ id: call.id, token: TOKEN, dispatch: 1, jobId: 'AJ_1' }),
      );
    });

    test('on a dispatch', async () => {
      const call = await inStatus();
      const claimed =
        status === 'queued' ? calls.claimQueued(NO_PACE, 5_000) : calls.claimRedispatch(call.id, 1, 5_000);
      expectAgreement(call, { type: 'dispatched', nextDispatchAt: new Date() }, await claimed);
    });
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
      const { id } = await insert();
      await calls.claimQueued(NO_PACE, 5_000);
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

    test('finds canceled calls that hang on', async () => {
      const id = await granted();
      await save(id, { cancelRequestedAt: new Date() });
      expect(await ids(calls.findCancelsOverdue(60_000))).toEqual([]);
      await age(id, 'cancel_requested_at', 61);
      expect(await ids(calls.findCancelsOverdue(60_000))).toEqual([id]);
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
    const applied = await Promise.all(bridges.map((database) => migrate(database)));
    expect(applied.flat()).toEqual(['0001-calls.sql']);
    for (const database of bridges) await database.destroy();
  });

  test('a database of a newer version is left alone', async () => {
    const database = openDatabase({ type: 'postgres', url: await postgres.newDatabase() });
    await migrate(database);
    await sql`insert into migrations (number, name) values (9999, '9999-future.sql')`.execute(database);
    await expect(migrate(database)).rejects.toThrow('9999-future.sql');
    await database.destroy();
  });

  test('a server that is gone is told apart from a faulty statement', async () => {
    const own = await startPostgres();
    const database = openDatabase({ type: 'postgres', url: await own.newDatabase() });
    await migrate(database);
    const calls = createCallStore(database);
    const call = aNewCall();
    await calls.transaction((tx) => tx.insert(call));
    await expect(calls.transaction((tx) => tx.insert(call))).rejects.toMatchObject({ code: '23505' });
    await own.stop();
    await expect(calls.find(call.id)).rejects.toMatchObject({ code: 'database_unavailable' });
    await expect(calls.transaction((tx) => tx.insert(aNewCall()))).rejects.toMatchObject({
      code: 'database_unavailable',
    });
    await database.destroy();
  });
});
