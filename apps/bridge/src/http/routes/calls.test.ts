import { makeOutcome } from '@outdial/telephony';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aNewCall, TOKEN } from '../../../test/fixtures.ts';
import { dispatchNext } from '../../../test/store.ts';
import { READ_SECRET, SECRET, startTestBridge, type TestBridge } from '../../../test/test-bridge.ts';
import { grantCall } from '../../flow/grant-call.ts';

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await startTestBridge();
});
afterAll(() => bridge?.close());
beforeEach(() => bridge.clear());

const insert = (change: Parameters<typeof aNewCall>[0] = {}) =>
  bridge.calls.transaction((tx) => tx.insert(aNewCall(change)));
const cancel = (id: string, secret = SECRET) =>
  bridge.app.inject({
    method: 'POST',
    url: `/calls/${id}/cancel`,
    headers: { authorization: `Bearer ${secret}` },
  });

const FIELDS =
  'id status destination account_code transfer_target caller_id caller_id_source caller_name playbook variables metadata room dispatch_id duplicate_of created_at scheduled_for not_after dispatched_at dialing_at ringing_at answered_at ended_at cancel_requested_at outcome legs result summary transcript_url recording_url attempt retry_of callbacks late_leg links'.split(
    ' ',
  );

describe('the record', () => {
  test('has every field, null when absent, and nothing of the inside', async () => {
    const { id } = await insert({ metadata: null, accountCode: null });
    const answer = await bridge.get(`/calls/${id}`, READ_SECRET);
    expect(answer.statusCode).toBe(200);
    const record = answer.json();
    expect(Object.keys(record).sort()).toEqual([...FIELDS].sort());
    expect(record).toMatchObject({
      metadata: null,
      account_code: null,
      room: null,
      outcome: null,
      legs: [],
      callbacks: [],
    });
    expect(record.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test('carries the outcome', async () => {
    const { id } = await insert();
    const outcome = makeOutcome('busy', { sip: { status: 486, reason: 'Busy Here', call_id: 'x' } });
    await bridge.calls.transaction((tx) => tx.save(id, { status: 'busy', outcome, endedAt: new Date() }));
    expect((await bridge.get(`/calls/${id}`)).json()).toMatchObject({ status: 'busy', outcome });
  });

  test('of no such call is 404', async () => {
    const answer = await bridge.get('/calls/call_none');
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ code: 'call_not_found' });
  });
});

describe('the list', () => {
  test('goes on where the page before ended', async () => {
    for (let n = 0; n < 5; n += 1) await insert();
    const seen: string[] = [];
    let url = '/calls?limit=2';
    for (;;) {
      const page = (await bridge.get(url)).json();
      seen.push(...page.data.map((call: { id: string }) => call.id));
      if (page.next === null) break;
      url = `/calls?limit=2&cursor=${page.next}`;
    }
    expect(seen).toHaveLength(5);
    expect(new Set(seen).size).toBe(5);
  });

  test('is filtered, numbers in any spelling', async () => {
    const { id } = await insert({ destination: '+61491570157', accountCode: 'a-1' });
    await insert();
    for (const query of [
      'destination=0491%20570%20157',
      'account_code=a-1',
      'status=queued&account_code=a-1',
    ]) {
      const page = (await bridge.get(`/calls?${query}`)).json();
      expect(page.data.map((call: { id: string }) => call.id)).toEqual([id]);
    }
    expect((await bridge.get('/calls?status=busy')).json()).toEqual({ data: [], next: null });
  });

  test.each([
    'status=done',
    'limit=0',
    'limit=201',
    'cursor=x',
    'account_code=%00',
    'destination=abc',
    'stauts=queued',
  ])('%s is refused', async (query) => {
    const answer = await bridge.get(`/calls?${query}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({
      code: 'validation_failed',
      errors: [{ pointer: `/${query.split('=')[0]}` }],
    });
  });
});

test.each(['+012026-03-02T00:00:00.000Z', '0000-03-02T00:00:00.000Z', '2026-03-02'])(
  'a cursor of %s is refused',
  async (time) => {
    const id = 'call_017f22e2-79b0-7cc3-98c4-dc0c0c07398f';
    const cursor = Buffer.from(`${time} ${id}`).toString('base64url');
    expect((await bridge.get(`/calls?cursor=${cursor}`)).statusCode).toBe(400);
  },
);

test('an outcome is read as it was stored, though today another table would hold', async () => {
  const { id } = await insert();
  const outcome = { ...makeOutcome('busy'), blame: 'carrier' as const };
  await bridge.calls.transaction((tx) => tx.save(id, { status: 'busy', outcome, endedAt: new Date() }));
  const answer = await bridge.get(`/calls/${id}`);
  expect([answer.statusCode, answer.json().outcome]).toEqual([200, outcome]);
});

describe('cancel', () => {
  test.each([
    ['application/json', ''],
    ['application/json', '{}'],
    ['application/x-www-form-urlencoded', ''],
    ['application/x-www-form-urlencoded', 'a=1'],
  ])('takes a body of %s: "%s"', async (type, payload) => {
    const { id } = await insert();
    const headers = { authorization: `Bearer ${SECRET}`, 'content-type': type };
    const answer = await bridge.app.inject({ method: 'POST', url: `/calls/${id}/cancel`, headers, payload });
    expect(answer.statusCode).toBe(202);
  });

  test('ends a call that nobody was granted, at once', async () => {
    const { id } = await insert();
    const answer = await cancel(id);
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toMatchObject({
      status: 'canceled',
      cancel_requested_at: expect.any(String),
      outcome: { end_reason: 'canceled_by_api', hung_up_by: 'api' },
    });
    const again = await cancel(id);
    expect(again.statusCode).toBe(409);
    expect(again.json()).toMatchObject({ code: 'call_ended' });
  });

  test('of a granted call is noted, and may be asked again', async () => {
    const { id } = await insert();
    await dispatchNext(bridge.calls);
    await grantCall(bridge, id, { token: TOKEN, dispatch: 1, job_id: 'AJ_1' });
    const first = (await cancel(id)).json();
    expect(first).toMatchObject({
      status: 'dialing',
      outcome: null,
      cancel_requested_at: expect.any(String),
    });
    const again = await cancel(id);
    expect(again.statusCode).toBe(202);
    expect(again.json().cancel_requested_at).toBe(first.cancel_requested_at);
  });

  test('is closed to keys that only read, and 404 for no such call', async () => {
    const { id } = await insert();
    expect((await cancel(id, READ_SECRET)).statusCode).toBe(403);
    expect((await cancel('call_none')).statusCode).toBe(404);
  });
});
