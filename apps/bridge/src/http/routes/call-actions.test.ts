import { makeOutcome } from '@outdial/telephony';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aNewCall, TOKEN } from '../../../test/fixtures.ts';
import { READ_SECRET, SECRET, startTestBridge, type TestBridge } from '../../../test/test-bridge.ts';

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await startTestBridge();
});
afterAll(() => bridge?.close());
beforeEach(() => bridge.clear());

const insert = (change: Parameters<typeof aNewCall>[0] = {}) =>
  bridge.calls.transaction((tx) => tx.insert(aNewCall(change)));
const granted = async (change: Parameters<typeof aNewCall>[0] = {}): Promise<string> => {
  const { id } = await insert(change);
  await bridge.start();
  await bridge.agent(`/agent/calls/${id}/grant`, { token: TOKEN, dispatch: 1, job_id: 'AJ_1' });
  return id;
};
const over = async (
  outcome = makeOutcome('busy'),
  change: Parameters<typeof aNewCall>[0] = {},
): Promise<string> => {
  const id = await granted(change);
  const report = { token: TOKEN, seq: 1, at_ms: 1, type: 'ended', outcome };
  await bridge.agent(`/agent/calls/${id}/reports`, report);
  return id;
};
const cancel = (id: string, secret = SECRET) => bridge.post(`/calls/${id}/cancel`, secret);
const retry = (id: string, secret = SECRET) => bridge.post(`/calls/${id}/retry`, secret);

describe.each(['cancel', 'retry'] as const)('%s', (action) => {
  test.each([
    ['application/json', ''],
    ['application/json', '{}'],
    ['application/x-www-form-urlencoded', ''],
    ['application/x-www-form-urlencoded', 'a=1'],
  ])('takes a body of %s: "%s"', async (type, payload) => {
    const id = action === 'cancel' ? (await insert()).id : await over();
    const headers = { authorization: `Bearer ${SECRET}`, 'content-type': type };
    const url = `/calls/${id}/${action}`;
    const answer = await bridge.app.inject({ method: 'POST', url, headers, payload });
    expect(answer.statusCode).toBe(202);
  });

  test('is closed to keys that only read, 404 for no such call, 400 with a query', async () => {
    const { id } = await insert();
    expect((await bridge.post(`/calls/${id}/${action}`, READ_SECRET)).statusCode).toBe(403);
    expect((await bridge.post(`/calls/call_none/${action}`)).statusCode).toBe(404);
    expect((await bridge.post(`/calls/${id}/${action}?force=true`)).statusCode).toBe(400);
  });
});

describe('cancel', () => {
  test('ends a call that nobody was granted, at once', async () => {
    const { id } = await insert();
    const wakes = bridge.wakes;
    const answer = await cancel(id);
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toMatchObject({
      status: 'canceled',
      cancel_requested_at: expect.any(String),
      outcome: { end_reason: 'canceled_by_api', hung_up_by: 'api' },
    });
    expect(bridge.wakes).toBe(wakes + 1);
    const again = await cancel(id);
    expect(again.statusCode).toBe(409);
    expect(again.json()).toMatchObject({
      code: 'call_ended',
      message: 'The call has ended already: canceled.',
    });
  });

  test('of a granted call is noted, wakes whoever removes its leg, and may be asked again', async () => {
    const id = await granted();
    const wakes = bridge.wakes;
    const first = (await cancel(id)).json();
    expect(first).toMatchObject({
      status: 'dialing',
      outcome: null,
      cancel_requested_at: expect.any(String),
    });
    expect(bridge.wakes).toBe(wakes + 1);
    const again = await cancel(id);
    expect(again.statusCode).toBe(202);
    expect(again.json().cancel_requested_at).toBe(first.cancel_requested_at);
  });

  test('of a call that is over names the attempt that is still to come', async () => {
    const id = await over(makeOutcome('busy'), { maxAttempts: 2 });
    const [next] = await bridge.calls.transaction((tx) => tx.findRepetitions(id));
    const answer = await cancel(id);
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toMatchObject({
      code: 'call_ended',
      message: `The call has ended already: busy. Its next attempt ${next?.id} is queued; cancel that one.`,
    });
    expect((await cancel(next?.id ?? '')).statusCode).toBe(202);
  });
});

describe('retry', () => {
  test('places one new call, and gives the same when asked again', async () => {
    const id = await over();
    const wakes = bridge.wakes;
    const first = await retry(id);
    expect(first.statusCode).toBe(202);
    const call = first.json();
    expect(call).toEqual({
      id: expect.stringMatching(/^call_/),
      status: 'queued',
      room: null,
      dispatch_id: null,
      scheduled_for: null,
      replayed: false,
      duplicate_of: null,
      links: {
        self: `/calls/${call.id}`,
        events: `/calls/${call.id}/events`,
        cancel: `/calls/${call.id}/cancel`,
      },
    });
    expect(call.id).not.toBe(id);
    expect(first.headers.location).toBe(`/calls/${call.id}`);
    expect(bridge.wakes).toBe(wakes + 1);
    expect((await bridge.get(`/calls/${call.id}`)).json()).toMatchObject({ retry_of: id, attempt: 1 });
    expect((await retry(id)).json()).toEqual({ ...call, replayed: true });
  });

  test.each([
    ['a call that goes on', () => granted(), 'not over: dialing'],
    ['an outcome that says no', () => over(makeOutcome('declined')), 'declined is not to be tried again'],
    ['a next attempt', () => over(makeOutcome('busy'), { maxAttempts: 2 }), 'Its next attempt call_'],
  ])('is refused for %s', async (_name, prepare, detail) => {
    const answer = await retry(await prepare());
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toMatchObject({
      code: 'retry_not_possible',
      message: expect.stringContaining(detail),
    });
  });
});
