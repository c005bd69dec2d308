import { makeOutcome } from '@outdial/telephony';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeSender, type Receiver, startReceiver } from '../../../test/callback-receiver.ts';
import { TOKEN } from '../../../test/fixtures.ts';
import { startTestBridge, type TestBridge } from '../../../test/test-bridge.ts';
import { deliverCallbacks } from '../../flow/deliver-callback.ts';
import { dispatchMetadata } from '../../flow/dispatch-call.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const TRACEPARENT = `00-${TRACE}-00f067aa0ba902b7-01`;

let bridge: TestBridge;
let receiver: Receiver;
beforeAll(async () => {
  bridge = await startTestBridge({});
  receiver = await startReceiver();
});
afterAll(async () => {
  receiver?.close();
  await bridge?.close();
});
beforeEach(async () => {
  await bridge.clear();
  receiver.received.length = 0;
});

type Line = { readonly msg: string; readonly callId?: string; readonly traceId?: string };
const lines = (): Line[] => bridge.logged.map((line) => JSON.parse(line));

const accept = async (traceparent: string | undefined, more: object = {}): Promise<string> => {
  const headers = traceparent === undefined ? {} : { traceparent };
  const answer = await bridge.dispatch(
    { destination: '0491570156', caller_id: 'Nehos', ...more },
    { headers },
  );
  expect(answer.statusCode).toBe(202);
  return answer.json().id;
};
const traceOf = async (id: string): Promise<string> => (await bridge.get(`/calls/${id}`)).json().trace_id;
const grant = (id: string, token = TOKEN) =>
  bridge.agent(`/agent/calls/${id}/grant`, { token, dispatch: 1, job_id: 'AJ_1' });
const end = (id: string, reason: 'busy' | 'agent_error') =>
  bridge.agent(`/agent/calls/${id}/reports`, {
    token: TOKEN,
    seq: 1,
    at_ms: 1,
    type: 'ended',
    outcome: makeOutcome(reason),
  });

test('the trace of a request is that of its call, of the job, and of every line about it', async () => {
  const id = await accept(TRACEPARENT);
  expect(await traceOf(id)).toBe(TRACE);
  await bridge.start();
  expect((await grant(id)).json()).toMatchObject({ granted: true, call: { traceparent: TRACEPARENT } });
  await grant(id, 'token-of-another-job');
  await end(id, 'busy');
  const about = lines().filter(({ callId }) => callId === id);
  expect(about.map(({ msg }) => msg)).toEqual([
    'call accepted',
    'call dispatched',
    'grant given',
    'grant refused',
    'call ended',
  ]);
  expect(about.map(({ traceId }) => traceId)).toEqual(about.map(() => TRACE));
  const answered = lines().find(({ msg }) => msg === 'request answered');
  expect(answered).toMatchObject({ route: '/dispatch', traceId: TRACE });
});

test('the metadata of the dispatch says nothing of it', async () => {
  const call = await bridge.calls.find(await accept(TRACEPARENT));
  if (call === null) throw new Error('no call');
  expect(dispatchMetadata(call)).not.toContain(TRACE);
});

describe('a trace begins here', () => {
  test.each([undefined, 'nonsense', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`])(
    'for the header %j',
    async (header) => {
      const trace = await traceOf(await accept(header));
      expect(trace).toMatch(/^[0-9a-f]{32}$/);
      expect(trace).not.toMatch(/^0+$/);
      expect(lines()[0]).toMatchObject({ msg: 'call accepted', traceId: trace });
    },
  );
});

test('a repeated request is answered with the call of the first trace', async () => {
  const key = { idempotency_key: 'k1' };
  const id = await accept(TRACEPARENT, key);
  const other = `00-${'a'.repeat(32)}-00f067aa0ba902b7-01`;
  expect(await accept(other, key)).toBe(id);
  expect(await traceOf(id)).toBe(TRACE);
});

test('a further attempt and a repetition by hand keep the trace', async () => {
  const id = await accept(TRACEPARENT, { max_attempts: 2 });
  await bridge.start();
  await grant(id);
  await end(id, 'busy');
  const attempts = (await bridge.get('/calls')).json().data as { id: string; retry_of: string | null }[];
  const next = attempts.find(({ retry_of }) => retry_of === id);
  expect(await traceOf(next?.id ?? '')).toBe(TRACE);

  await bridge.post(`/calls/${next?.id}/cancel`);
  const again = await bridge.post(`/calls/${id}/retry`);
  expect(again.statusCode).toBe(202);
  expect(await traceOf(again.json().id)).toBe(TRACE);
});

test('each attempt of a callback carries the trace, with a parent id of its own', async () => {
  // The door refuses private addresses; here the callee of the callback is this test.
  const url = receiver.urlAt('127.0.0.1', '/hook');
  const id = await accept(TRACEPARENT);
  await bridge.calls.transaction((tx) => tx.addRecipient(id, { url, events: ['call.ended'] }));
  await bridge.post(`/calls/${id}/cancel`);
  const [callback] = await bridge.calls.callbacksOf([id]);
  const sender = makeSender();
  const log = { info: () => {}, warn: () => {}, error: () => {} } as never;
  const deliver = () =>
    deliverCallbacks(
      { calls: bridge.calls, send: sender.send, log, random: () => 0, stopping: () => false },
      callback?.id ?? '',
    );
  receiver.respond = (response) => response.writeHead(500).end();
  await deliver();
  await bridge.calls.transaction((tx) =>
    tx.saveCallback(callback?.id ?? '', { nextAttemptAt: new Date(Date.now() - 1_000) }),
  );
  receiver.respond = (response) => response.writeHead(200).end();
  await deliver();
  await sender.close(0);
  const sent = receiver.received.map(({ headers }) => String(headers.traceparent));
  expect(sent).toHaveLength(2);
  for (const traceparent of sent) expect(traceparent).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
  expect(new Set([...sent, TRACEPARENT]).size).toBe(3);
});
