import { makeOutcome } from '@outdial/telephony';
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aNewCall, TOKEN } from '../../../test/fixtures.ts';
import { startPostgres, type TestPostgres } from '../../../test/postgres.ts';
import { openTestStore, type TestStore } from '../../../test/store.ts';
import type { Call } from '../../domain/call.ts';
import type { CallChange } from '../../domain/call-change.ts';
import type { CallStore } from '../../ports.ts';
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
    const legs = [
      {
        identity: 'callee' as const,
        participant_sid: 'PA_1',
        sip_call_id: null,
        sip_status: null,
        sip_reason: null,
      },
    ];
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
