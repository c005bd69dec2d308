import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Callback, CallbackView } from '../../src/domain/callback.ts';
import type { CallbackAnswer } from '../../src/domain/callback-verdict.ts';
import { deliverCallbacks, replayCallback, type SendCallback } from '../../src/flow/deliver-callback.ts';
import { bridge, pick, verb } from './verb.ts';
import { attempt, pickOne, type Rig, type World } from './world.ts';

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
