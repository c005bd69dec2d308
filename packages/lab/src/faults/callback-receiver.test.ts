import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CallbackReceiver, startCallbackReceiver } from './callback-receiver.ts';

let receiver: CallbackReceiver;
beforeEach(async () => {
  receiver = await startCallbackReceiver();
});
afterEach(() => receiver.close());

const send = (path: string, body = '{"type":"call.ended"}', init: RequestInit = {}) =>
  fetch(receiver.url(path), { method: 'POST', body, headers: { 'webhook-id': 'evt_1' }, ...init });

test('everything of a request is kept, and 200 is the answer', async () => {
  const before = Date.now();
  expect((await send('/webhook-waiting/7?signature=a')).status).toBe(200);
  await send('/other', 'no json');
  expect(receiver.requests('/webhook-waiting/7')).toMatchObject([
    {
      url: '/webhook-waiting/7?signature=a',
      method: 'POST',
      headers: { 'webhook-id': 'evt_1' },
      text: '{"type":"call.ended"}',
      json: { type: 'call.ended' },
      order: 1,
    },
  ]);
  expect(receiver.requests()[0]?.at).toBeGreaterThanOrEqual(before);
  expect(receiver.requests()[1]).toMatchObject({
    path: '/other',
    text: 'no json',
    json: undefined,
    order: 2,
  });
  expect(receiver.requests('/never')).toEqual([]);
});

test('the answer depends on how often it was asked', async () => {
  receiver.answer('/a', ({ json }, n) =>
    n === 1
      ? { status: 409, body: { type: (json as { type: string }).type }, headers: { 'x-a': 'b' } }
      : { status: 410, body: 'gone' },
  );
  const first = await send('/a');
  expect([first.status, first.headers.get('x-a'), await first.json()]).toEqual([
    ...[409, 'b', { type: 'call.ended' }],
  ]);
  const second = await send('/a');
  expect([second.status, await second.text()]).toEqual([410, 'gone']);
  expect((await send('/b')).status).toBe(200);
});

test('it can reset and hang', async () => {
  receiver.answer('/a', (_request, n) => (n === 1 ? 'reset' : 'hang'));
  await expect(send('/a')).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
  const abort = new AbortController();
  const hanging = send('/a', '', { signal: abort.signal });
  await expect.poll(() => receiver.requests('/a').length).toBe(2);
  abort.abort();
  await expect(hanging).rejects.toThrow('aborted');
});

test('requests that overlap are told from requests one after another', async () => {
  for (let n = 0; n < 20; n += 1) await (await send('/one')).text();
  expect(receiver.maxConcurrent('/one')).toBe(1);
  const both = Promise.withResolvers<{ status: number }>();
  receiver.answer('/two', (_request, n) => {
    if (n === 2) both.resolve({ status: 204 });
    return both.promise;
  });
  await Promise.all([send('/two'), send('/two')]);
  expect(receiver.maxConcurrent('/two')).toBe(2);
  expect(receiver.maxConcurrent('/never')).toBe(0);
});

test('an answer that throws is seen by the sender', async () => {
  receiver.answer('/a', () => {
    throw new Error('not expected');
  });
  const answer = await send('/a');
  expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining('not expected')]);
});
