import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ADMIN_SECRET, SECRET, startTestBridge, type TestBridge } from '../../../test/test-bridge.ts';

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await startTestBridge();
});
afterAll(() => bridge?.close());
beforeEach(() => bridge.clear());

const post = (url: string, payload?: object, secret = ADMIN_SECRET) =>
  bridge.app.inject({
    method: 'POST',
    url,
    headers: { authorization: `Bearer ${secret}` },
    ...(payload === undefined ? {} : { payload }),
  });
const queue = async () => (await bridge.get('/queue')).json();
const body = { destination: '0491 570 156', caller_id: 'Nehos' };

test('a pause is told to whoever is refused and to the queue, until it is over', async () => {
  expect(await queue()).toMatchObject({ pause: null, waiting: { due: 0 }, next: [] });
  const accepted = (await bridge.dispatch(body, { headers: { 'idempotency-key': 'k1' } })).json();
  const paused = await post('/pause', { reason: 'wrong list' });
  expect(paused.statusCode).toBe(200);
  expect(paused.json()).toEqual({
    pause: { since: expect.stringMatching(/Z$/), reason: 'wrong list', by: 'ops' },
    live: 0,
    canceled: 0,
  });

  const refused = await bridge.dispatch({ ...body, account_code: 'other' });
  expect(refused.statusCode).toBe(403);
  expect(refused.json()).toMatchObject({
    code: 'paused',
    message: expect.stringMatching(/wrong list.*POST \/resume/),
  });
  const replayed = await bridge.dispatch(body, { headers: { 'idempotency-key': 'k1' } });
  expect([replayed.statusCode, replayed.json().replayed]).toEqual([202, true]);
  expect((await bridge.dispatch(body)).json().duplicate_of).toBe(accepted.id);

  expect(await queue()).toMatchObject({
    pause: paused.json().pause,
    trunk: 'default',
    waiting: { due: 1, scheduled: 0, dispatched: 0 },
    live: 0,
    places: { used: 0, of: 1_000 },
    next: [{ id: accepted.id, status: 'queued', destination: '+61491570156', scheduled_for: null }],
  });

  expect((await post('/resume')).json()).toEqual({ pause: null, resumed: true });
  expect((await post('/resume', {})).json()).toEqual({ pause: null, resumed: false });
  expect((await bridge.dispatch({ ...body, account_code: 'other' })).statusCode).toBe(202);
});

test('a retry is refused with the same code', async () => {
  const { id } = (await bridge.dispatch(body)).json();
  await bridge.database
    .updateTable('calls')
    .set({
      status: 'busy',
      endedAt: new Date(),
      outcome: JSON.stringify({ end_reason: 'busy', retry: 'later', message: '' }),
    })
    .where('id', '=', id)
    .execute();
  await post('/pause');
  const answer = await bridge.post(`/calls/${id}/retry`);
  expect([answer.statusCode, answer.json().code]).toEqual([403, 'paused']);
});

test('both wake the dispatcher, and neither needs a body', async () => {
  const before = bridge.wakes;
  expect((await post('/pause')).json().pause.reason).toBeNull();
  await post('/resume');
  expect(bridge.wakes).toBeGreaterThanOrEqual(before + 2);
});

test.each([
  ['an unknown field', '/pause', { why: 'x' }],
  ['a reason that is too long', '/pause', { reason: 'x'.repeat(201) }],
  ['a word for true', '/pause', { hang_up: 'yes' }],
  ['a body of another kind', '/resume', { pause: true }],
])('%s is refused and nothing is switched', async (_name, url, payload) => {
  expect((await post(url, payload)).statusCode).toBe(400);
  expect((await queue()).pause).toBeNull();
});

test('switching needs the scope admin', async () => {
  for (const url of ['/pause', '/resume']) {
    expect((await post(url, {}, SECRET)).json().code).toBe('scope_missing');
  }
  expect((await bridge.get('/queue', ADMIN_SECRET)).json().code).toBe('scope_missing');
});
