import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CallbackReceiver, startCallbackReceiver } from './faults/callback-receiver.ts';
import { createOutdialApi, type OutdialApi } from './outdial-api.ts';

let bridge: CallbackReceiver;
let api: OutdialApi;
beforeEach(async () => {
  bridge = await startCallbackReceiver();
  api = createOutdialApi(bridge.url(''), 'secret');
});
afterEach(() => bridge.close());

test('a request carries the key and gives status, headers and body, whatever they are', async () => {
  bridge.answer('/a', ({ headers }) => ({ status: 422, body: { sent: headers.authorization } }));
  expect(await api.request('/a')).toMatchObject({ status: 422, body: { sent: 'Bearer secret' } });
  bridge.answer('/b', () => ({ status: 200, body: 'text', headers: { 'x-a': 'b' } }));
  const init = { method: 'POST', body: '{}', headers: { authorization: 'Bearer other' } };
  const { headers, body } = await api.request('/b', init);
  expect([headers.get('x-a'), body]).toEqual(['b', 'text']);
  expect(bridge.requests('/b')[0]?.headers).toMatchObject({
    authorization: 'Bearer other',
    'content-type': 'application/json',
  });
});

test('the end of a call is waited for while the bridge is away, and a call that is not there is told', async () => {
  const seen: string[] = [];
  bridge.answer('/calls/1', (_request, n) => {
    if (n === 1) return 'reset';
    if (n === 2) return { status: 503 };
    const outcome = n === 3 ? null : { end_reason: 'busy' };
    return { status: 200, body: { id: '1', status: n === 3 ? 'ringing' : 'busy', outcome } };
  });
  const record = await api.ended('1', ({ status }) => seen.push(status));
  expect([record.status, seen]).toEqual(['busy', ['ringing', 'busy']]);
  expect((await api.ended('1')).status).toBe('busy');
  expect(bridge.requests('/calls/1').at(-1)?.url).toBe('/calls/1?wait=25');
  bridge.answer('/calls/2', () => ({ status: 404, body: { code: 'call_not_found' } }));
  await expect(api.ended('2')).rejects.toThrow('GET /calls/2 answered 404: {"code":"call_not_found"}');
  bridge.answer('/dispatch', () => ({ status: 403, body: { code: 'x' } }));
  await expect(api.dispatch({})).rejects.toThrow('POST /dispatch answered 403');
});
