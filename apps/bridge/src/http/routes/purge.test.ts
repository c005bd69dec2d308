import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ADMIN_SECRET, SECRET, startTestBridge, type TestBridge } from '../../../test/test-bridge.ts';

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await startTestBridge();
});
afterAll(() => bridge.close());
beforeEach(() => bridge.clear());

const purge = (payload: object, secret = ADMIN_SECRET) =>
  bridge.app.inject({
    method: 'POST',
    url: '/calls/purge',
    payload,
    headers: { authorization: `Bearer ${secret}` },
  });
const place = async (): Promise<string> =>
  (await bridge.dispatch({ destination: '0491 570 156', metadata: { name: 'Kim' } })).json().id;

test('an ended call is purged, and cannot be made again; its key still answers', async () => {
  const id = await place();
  await bridge.post(`/calls/${id}/cancel`);
  const answer = await purge({ destination: '0491 570 156' });
  expect(answer.json()).toEqual({ calls: 1, transcripts: 0, recordings: 0 });
  const record = (await bridge.get(`/calls/${id}`)).json();
  expect(record).toMatchObject({ status: 'canceled', destination: 'deleted', metadata: null });
  expect(record.purged_at).not.toBeNull();
  expect((await bridge.post(`/calls/${id}/retry`)).statusCode).toBe(409);
});

test('an open call refuses the whole, by name', async () => {
  const id = await place();
  const answer = await purge({ ids: [id] });
  expect(answer.statusCode).toBe(409);
  expect(answer.json()).toMatchObject({ code: 'call_open', message: expect.stringContaining(id) });
});

test.each([
  ['nothing', {}],
  ['two ways at once', { ids: ['call_1'], destination: '0491570156' }],
  ['no number', { destination: 'Kim' }],
  ['a time without an offset', { before: '2026-03-01T09:00:00' }],
  ['an unknown field', { everything: true }],
])('%s is refused', async (_name, body) => {
  expect((await purge(body)).statusCode).toBe(400);
});

test('it needs the scope admin', async () => {
  expect((await purge({ ids: ['call_1'] }, SECRET)).statusCode).toBe(403);
});
