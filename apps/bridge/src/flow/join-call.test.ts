import { makeOutcome } from '@outdial/telephony';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { noPlaybooks, settings, TOKEN } from '../../test/fixtures.ts';
import { openTestStore, type TestStore } from '../../test/store.ts';
import { acceptDispatch } from './accept-dispatch.ts';
import { advance } from './advance.ts';
import { cancelCall } from './cancel-call.ts';

const ONE = 'https://one.example.com/hook';
const TWO = 'https://two.example.com/hook';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store?.close());
beforeEach(() => store.clear());

const accept = async (callback_url: string) => {
  const answer = await acceptDispatch(
    { calls: store.calls, settings: settings(), playbooks: noPlaybooks, wake: () => {} },
    {
      apiKeyName: 'n8n',
      idempotencyKey: null,
      allowDuplicate: false,
      command: { destination: '0491570156', max_attempts: 2, callback_url },
    },
  );
  if (!('call' in answer)) throw new Error(answer.status);
  return answer;
};

/** Dials a call, which is busy. */
const makeBusy = (id: string) =>
  store.calls.transaction(async (tx) => {
    const step = async (event: Parameters<typeof advance>[2]) => {
      const locked = await tx.lockCall(id);
      if (locked === null) throw new Error(`no call ${id}`);
      await advance(tx, locked, event);
    };
    await step({ type: 'dispatched', nextDispatchAt: new Date(Date.now() + 5_000) });
    await step({ type: 'granted', token: TOKEN, dispatch: 1, jobId: 'AJ_1' });
    const outcome = makeOutcome('busy');
    await step({ type: 'report', report: { type: 'ended', token: TOKEN, seq: 1, at_ms: 5, outcome } });
  });

const nextOf = async (id: string): Promise<string> => {
  const [next] = await store.calls.transaction((tx) => tx.findRepetitions(id));
  if (next === undefined) throw new Error('no further attempt');
  return next.id;
};

const told = async (url: string) =>
  (await store.calls.listCallbacks({ status: null, callId: null }, null, 100))
    .filter((callback) => callback.url === url)
    .map(({ callId, event }) => ({ callId, event }));

test('who joins an attempt that others followed hears of the last, and once', async () => {
  const first = await accept(ONE);
  await makeBusy(first.call.id);
  const last = await nextOf(first.call.id);
  await cancelCall({ calls: store.calls }, last);
  expect(await accept(TWO)).toMatchObject({ status: 'duplicate', call: { id: first.call.id } });
  expect(await told(TWO)).toEqual([{ callId: last, event: 'call.ended' }]);
});

test('who joins while a further attempt waits hears of that one', async () => {
  const first = await accept(ONE);
  await makeBusy(first.call.id);
  const last = await nextOf(first.call.id);
  expect(await accept(TWO)).toMatchObject({ status: 'duplicate', call: { id: last } });
  expect(await told(TWO)).toEqual([]);
  await cancelCall({ calls: store.calls }, last);
  expect(await told(TWO)).toEqual([{ callId: last, event: 'call.ended' }]);
});
