import { isFinal } from '@outdial/telephony';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { DispatchCommand } from '../../src/domain/dispatch-command.ts';
import { acceptDispatch, type DispatchAnswer } from '../../src/flow/accept-dispatch.ts';
import { cancelCall } from '../../src/flow/cancel-call.ts';
import { retryCall } from '../../src/flow/retry-call.ts';
import { noPlaybooks, settings } from '../fixtures.ts';
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
    transfer_target: '0255500100',
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

type Request = Asked & { readonly allowDuplicate: boolean };

const post = async (request: Request, bridge: number, world: World, rig: Rig, alone: boolean) => {
  const { key, body, allowDuplicate } = request;
  const command = bodyOf(body);
  const alive = [...world.seen.values()].filter(
    (call) => call.accountCode === command.account_code && !isFinal(call.status),
  );
  const answer = await attempt(rig, bridge, (deps) =>
    acceptDispatch(
      { ...deps, settings: settings(), playbooks: noPlaybooks },
      { apiKeyName: 'n8n', idempotencyKey: key, allowDuplicate, command },
    ),
  );
  if (answer === null) return;
  if (!('call' in answer)) throw new Error(`not accepted: ${JSON.stringify(answer)}`);
  checkKey(world, request, answer);
  if (answer.status === 'key_reused') return;
  const { call, status } = answer;
  if (status === 'accepted' && key === null && !allowDuplicate) {
    if (alone) expect(alive, 'a request without a key makes no twin').toEqual([]);
    world.onlyOnes.add(call.id);
  }
  if (status === 'duplicate') {
    expect(call.accountCode).toBe(command.account_code);
    expect(!isFinal(call.status) || call.dialingAt !== null, 'a duplicate of a real call').toBe(true);
  }
  const { callback_url: url } = command;
  if (url !== undefined) world.waiting.set(`${call.id} ${url}`, { callId: call.id, url });
};

/** `POST /dispatch`, with or without a key, now and then of both bridges at once. */
export const accept = verb(
  'accept',
  {
    key: fc.constantFrom(null, null, 'key-1', 'key-2'),
    body: fc.nat({ max: 5 }),
    allowDuplicate: fc.boolean(),
    onBoth: fc.constantFrom(false, false, true),
    bridge,
  },
  async ({ onBoth, bridge, ...request }, world, rig, racing) => {
    const alone = !onBoth && !racing;
    await Promise.all([
      post(request, bridge, world, rig, alone),
      onBoth ? post(request, bridge + 1, world, rig, alone) : null,
    ]);
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
  const result = await attempt(rig, bridge, (deps) =>
    retryCall({ ...deps, settings: settings() }, id, 'n8n'),
  );
  if (result?.status === 'placed') expect(result.call).toMatchObject({ retryOf: id, attempt: 1 });
});
