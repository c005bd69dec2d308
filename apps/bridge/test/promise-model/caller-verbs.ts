import { setImmediate } from 'node:timers/promises';
import { isFinal } from '@outdial/telephony';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Callback, CallbackView } from '../../src/domain/callback.ts';
import type { CallbackAnswer } from '../../src/domain/callback-verdict.ts';
import type { DispatchCommand } from '../../src/domain/dispatch-command.ts';
import { acceptDispatch, type DispatchAnswer } from '../../src/flow/accept-dispatch.ts';
import { cancelCall } from '../../src/flow/cancel-call.ts';
import { deliverCallbacks, replayCallback, type SendCallback } from '../../src/flow/deliver-callback.ts';
import { retryCall } from '../../src/flow/retry-call.ts';
import { settings } from '../fixtures.ts';
import { bridge, pick, verb } from './verb.ts';
import { attempt, pickOne, type Rig, type World } from './world.ts';

const URLS = [undefined, 'https://one.example.com/hook', 'https://two.example.com/hook'] as const;
const MOST_ATTEMPTS = [1, 2, 3] as const;

// Those two apart have one fingerprint and other payloads, and may want to hear of it elsewhere.
const bodyOf = (number: number): DispatchCommand => {
  const url = URLS[Math.floor(number / 2)];
  const attempts = MOST_ATTEMPTS[(number * 2) % MOST_ATTEMPTS.length] ?? 1;
  return {
    destination: '0491570156',
    account_code: `line-${number % 2}`,
    metadata: { body: number },
    max_attempts: attempts,
    ...(attempts > 1 && { retry_minutes: [1, 2] }),
    ...(url !== undefined && { callback_url: url }),
    // One of them wants more than the end.
    ...(url === URLS[2] && { callback_events: ['call.queued', 'call.dialing', 'call.ended'] }),
  };
};

type Asked = { readonly key: string | null; readonly body: number };

const checkKey = (world: World, { key, body }: Asked, answer: DispatchAnswer): void => {
  if (key === null || !('call' in answer)) return;
  const { call, status } = answer;
  expect(call.idempotencyKey, 'a key leads to its own call').toBe(key);
  expect(world.keys.get(key) ?? call.id, 'a key stays with its call').toBe(call.id);
  world.keys.set(key, call.id);
  const samePayload = JSON.stringify(call.metadata) === JSON.stringify({ body });
  expect(status === 'key_reused', 'one key, one payload').toBe(!samePayload);
};

/** `POST /dispatch`, with or without a key. */
export const accept = verb(
  'accept',
  {
    key: fc.constantFrom(null, null, 'key-1', 'key-2'),
    body: fc.nat({ max: 5 }),
    allowDuplicate: fc.boolean(),
    bridge,
  },
  async ({ key, body, allowDuplicate, bridge }, world, rig, racing) => {
    const command = bodyOf(body);
    const alive = [...world.seen.values()].filter(
      (call) => call.accountCode === command.account_code && !isFinal(call.status),
    );
    const answer = await attempt(rig, bridge, (deps) =>
      acceptDispatch(
        { ...deps, settings: settings() },
        { apiKeyName: 'n8n', idempotencyKey: key, allowDuplicate, command },
      ),
    );
    if (answer === null) return;
    if (!('call' in answer)) throw new Error(`not accepted: ${JSON.stringify(answer)}`);
    checkKey(world, { key, body }, answer);
    if (answer.status === 'key_reused') return;
    const { call, status } = answer;
    if (status === 'accepted' && key === null && !allowDuplicate) {
      if (!racing) expect(alive, 'a request without a key makes no twin').toEqual([]);
      world.onlyOnes.add(call.id);
    }
    if (status === 'duplicate') {
      expect(call.accountCode).toBe(command.account_code);
      expect(!isFinal(call.status) || call.dialingAt !== null, 'a duplicate of a real call').toBe(true);
    }
    const { callback_url: url } = command;
    if (url !== undefined) world.waiting.set(`${call.id} ${url}`, { callId: call.id, url });
  },
);

/** `POST /calls/:id/cancel`. */
export const cancel = verb('cancel', { call: pick, bridge }, async ({ call, bridge }, world, rig) => {
  const id = pickOne([...world.seen.keys()], call);
  if (id === undefined) return;
  const wasOver = world.ends.has(id);
  const result = await attempt(rig, bridge, (deps) => cancelCall(deps, id));
  if (result === null) return;
  if (wasOver) expect(result.status, 'what is over is not canceled').toBe('ended');
  if (result.status === 'canceling' && !wasOver) world.canceled.add(id);
});

/** `POST /calls/:id/retry`. */
export const retry = verb('retry', { call: pick, bridge }, async ({ call, bridge }, world, rig) => {
  const id = pickOne([...world.seen.keys()], call);
  if (id === undefined) return;
  const result = await attempt(rig, bridge, (deps) => retryCall({ ...deps, settings: settings() }, id));
  if (result?.status === 'placed') expect(result.call).toMatchObject({ retryOf: id, attempt: 1 });
});

const ANSWERS: readonly CallbackAnswer[] = [
  { status: 'answered', httpStatus: 200, body: '' },
  { status: 'answered', httpStatus: 500, body: 'oops' },
  { status: 'answered', httpStatus: 409, body: 'not yet' },
  { status: 'answered', httpStatus: 409, body: 'The execution finished already' },
  { status: 'answered', httpStatus: 410, body: '' },
  { status: 'failed', reason: 'no answer in time' },
];

/** The receivers: one request at a time, the same body each time, and only an end that is one. */
const receive = (world: World, rig: Rig, answers: readonly number[]): SendCallback => {
  let requests = 0;
  return async ({ url, id, body }) => {
    expect(world.sending.has(url), 'one delivery at a time for a URL').toBe(false);
    world.sending.add(url);
    await setImmediate();
    world.sending.delete(url);
    const before = world.received.get(`${id} ${url}`);
    expect(before?.body ?? body, 'the same body on every try').toBe(body);
    const { type, data } = JSON.parse(body);
    if (type === 'call.ended') expect(data.outcome?.status, 'an end has an outcome').toBe(data.status);
    const answer = ANSWERS[answers[Math.min(requests, answers.length - 1)] ?? 0];
    if (answer === undefined) throw new Error('there is no such answer');
    requests += 1;
    const taken = answer === ANSWERS[0];
    if (taken) rig.counts.callbacks += 1;
    world.received.set(`${id} ${url}`, { body, taken: taken || before?.taken === true });
    return answer;
  };
};

/** Delivers what is due for the URL of a callback; each attempt gets one of these answers. */
export const deliverOne = async (
  world: World,
  rig: Rig,
  id: string,
  answers: readonly number[],
  bridge: number,
): Promise<void> => {
  await attempt(rig, bridge, (deps) =>
    deliverCallbacks(
      { ...deps, send: receive(world, rig, answers), random: () => 0.5, stopping: () => false },
      id,
    ),
  );
};

/** The callbacks that are in this state. */
export const callbacksThat = (
  rig: Rig,
  status: Callback['status'] | null,
): Promise<readonly CallbackView[]> => rig.store.calls.listCallbacks({ status, callId: null }, null, 10_000);

/** A callback's alarm rings, perhaps on both bridges and for two callbacks of one URL. */
export const deliver = verb(
  'deliver',
  {
    callback: pick,
    answers: fc.array(fc.nat({ max: ANSWERS.length - 1 }), { minLength: 1, maxLength: 3 }),
    onBoth: fc.boolean(),
    bridge,
  },
  async ({ callback, answers, onBoth, bridge }, world, rig) => {
    const pending = await callbacksThat(rig, 'pending');
    const found = pickOne(pending, callback);
    if (found === undefined) return;
    const other = pending.find(({ id, url }) => url === found.url && id !== found.id) ?? found;
    await Promise.all([
      deliverOne(world, rig, found.id, answers, bridge),
      onBoth ? deliverOne(world, rig, other.id, answers, bridge + 1) : null,
    ]);
  },
);

/** `POST /callbacks/:id/replay`. */
export const replay = verb(
  'replay',
  { callback: pick, bridge },
  async ({ callback, bridge }, _world, rig) => {
    const found = pickOne(await callbacksThat(rig, null), callback);
    if (found !== undefined) await attempt(rig, bridge, (deps) => replayCallback(deps, found.id));
  },
);
