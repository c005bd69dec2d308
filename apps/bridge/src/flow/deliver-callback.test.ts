import type { ServerResponse } from 'node:http';
import { makeOutcome } from '@outdial/telephony';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeSender, type Receiver, startReceiver } from '../../test/callback-receiver.ts';
import { startPostgres } from '../../test/postgres.ts';
import { openWorld, type World } from '../../test/world.ts';
import type { CallbackSender } from '../adapters/callbacks/callback-sender.ts';
import type { Callback, CallbackView } from '../domain/callback.ts';
import { deliverCallbacks, replayCallback } from './deliver-callback.ts';

let world: World;
let receiver: Receiver;
let sender: CallbackSender;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());
beforeEach(async () => {
  await world.reset();
  receiver = await startReceiver();
  sender = makeSender({ limits: { totalMs: 500, connectMs: 500 } });
});
afterEach(async () => {
  receiver.close();
  await sender.close(0);
});

const url = (path = '/hook') => receiver.urlAt('127.0.0.1', path);
const deliver = (id: string, on = world) =>
  deliverCallbacks(
    { calls: on.calls, send: sender.send, log: on.deps().log, random: () => 0, stopping: () => false },
    id,
  );

/** A call that has ended busy, and its callback. */
const ended = async (to = url()): Promise<CallbackView> => {
  const { id } = await world.place({ metadata: { order: 7 } }, { url: to, events: ['call.ended'] });
  await world.end(id, makeOutcome('busy'));
  const [callback] = await world.callbacks(id);
  if (callback === undefined) throw new Error('no callback');
  return callback;
};
const found = async ({ callId, id }: CallbackView): Promise<CallbackView> => {
  const callback = (await world.callbacks(callId)).find((one) => one.id === id);
  if (callback === undefined) throw new Error(`no callback ${id}`);
  return callback;
};
const change = (id: string, fields: Partial<Omit<Callback, 'id'>>) =>
  world.calls.transaction((tx) => tx.saveCallback(id, fields));
/** Makes the next attempt due now. */
const due = (callback: CallbackView) => change(callback.id, { nextAttemptAt: new Date(Date.now() - 1_000) });
const answers = (...each: ((response: ServerResponse) => void)[]) => {
  let at = 0;
  receiver.respond = (response) => {
    each[Math.min(at, each.length - 1)]?.(response);
    at += 1;
  };
};
const answer =
  (status: number, body = '') =>
  (response: ServerResponse) => {
    response.statusCode = status;
    response.end(body);
  };
/** Attempts until there is none left to make, `most` at the most. */
const exhaust = async (callback: CallbackView, most = 20): Promise<CallbackView> => {
  for (let n = 0; n < most && (await found(callback)).status === 'pending'; n += 1) {
    await due(callback);
    await deliver(callback.id);
  }
  return found(callback);
};
const waitOf = (callback: CallbackView): number =>
  Math.round(((callback.nextAttemptAt?.getTime() ?? 0) - Date.now()) / 1_000);

/** The times for which the alarms of a callback are set, as pg-boss keeps them. */
const alarmsOf = async ({ id }: CallbackView): Promise<readonly Date[]> => {
  const { rows } = await sql<{ startAfter: Date }>`
    select start_after from pgboss.job where name = 'look-at-callback' and data->>'id' = ${id}`.execute(
    world.database,
  );
  return rows.map(({ startAfter }) => startAfter);
};

test('a callback is delivered: the event, the record, its webhook-id', async () => {
  const callback = await ended();
  await deliver(callback.id);
  const { headers, body } = receiver.only();
  expect(headers['webhook-id']).toBe(`evt_${callback.callId}_call.ended`);
  expect(JSON.parse(body)).toMatchObject({
    type: 'call.ended',
    timestamp: callback.createdAt.toISOString(),
    data: {
      id: callback.callId,
      status: 'busy',
      metadata: { order: 7 },
      outcome: { end_reason: 'busy' },
      callbacks: [{ id: callback.id }],
    },
  });
  expect(await found(callback)).toMatchObject({
    status: 'delivered',
    attempts: 1,
    lastStatus: 200,
    lastError: null,
    nextAttemptAt: null,
    claimedUntil: null,
    deliveredAt: expect.any(Date),
  });
  await deliver(callback.id);
  expect(receiver.received).toHaveLength(1);
});

test('500 three times and then 200: after 1, 3 and 10 seconds, the same id and body on each try', async () => {
  const callback = await ended();
  answers(answer(500), answer(500), answer(500), answer(200));
  const waits: number[] = [];
  for (let n = 0; n < 3; n += 1) {
    await due(callback);
    await deliver(callback.id);
    const after = await found(callback);
    expect(after).toMatchObject({ status: 'pending', attempts: n + 1, lastStatus: 500, claimedUntil: null });
    waits.push(waitOf(after));
    expect(await alarmsOf(callback)).toContainEqual(after.nextAttemptAt);
  }
  expect(waits).toEqual([1, 3, 10]);
  // What happens to the record meanwhile changes nothing about what was said.
  await world.calls.transaction((tx) => tx.save(callback.callId, { lateLeg: true }));
  expect(await exhaust(callback)).toMatchObject({ status: 'delivered', attempts: 4 });
  expect(receiver.received).toHaveLength(4);
  expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
});

test('409 while n8n is not there yet, then 200', async () => {
  const callback = await ended();
  answers(answer(409, '{"message":"The execution is running"}'), answer(200));
  await deliver(callback.id);
  expect(await found(callback)).toMatchObject({ status: 'pending', attempts: 1, lastStatus: 409 });
  expect(await exhaust(callback)).toMatchObject({ status: 'delivered', attempts: 2 });
});

test.each([
  [409, '{"message":"The execution has finished already"}'],
  [410, ''],
  [404, ''],
  [401, ''],
])('%d %s is final: a dead letter', async (status, body) => {
  const callback = await ended();
  answers(answer(status, body));
  await deliver(callback.id);
  expect(await found(callback)).toMatchObject({
    status: 'dead',
    attempts: 1,
    lastStatus: status,
    lastError: expect.stringMatching(/\S/),
    nextAttemptAt: null,
    claimedUntil: null,
  });
});

test.each([
  ['hangs', () => {}],
  ['resets', (response: ServerResponse) => response.socket?.resetAndDestroy()],
])('a receiver that %s is tried again', async (_name, respond) => {
  const callback = await ended();
  answers(respond, answer(200));
  await deliver(callback.id);
  expect(await found(callback)).toMatchObject({
    status: 'pending',
    attempts: 1,
    lastStatus: null,
    lastError: expect.stringMatching(/\S/),
  });
  expect(await exhaust(callback)).toMatchObject({ status: 'delivered', attempts: 2 });
});

test('after the last try of a resume URL it is a dead letter', async () => {
  const callback = await ended();
  answers(answer(500, 'out of order'));
  expect(await exhaust(callback)).toMatchObject({
    status: 'dead',
    attempts: 8,
    lastError: expect.stringContaining('out of order'),
  });
});

test('a private address that is not listed is refused at once, and nothing is sent', async () => {
  const callback = await ended(receiver.urlAt('127.0.0.2'));
  await deliver(callback.id);
  expect(await found(callback)).toMatchObject({ status: 'dead', lastStatus: null });
  expect(receiver.received).toEqual([]);
});

describe('one address', () => {
  /** Callbacks of calls that ended one after the other. */
  const three = async (): Promise<readonly CallbackView[]> => {
    const made: CallbackView[] = [];
    for (let n = 0; n < 3; n += 1) {
      const callback = await ended();
      const createdAt = new Date(Date.now() - (10 - n) * 1_000);
      await change(callback.id, { createdAt });
      made.push(callback);
    }
    return made;
  };
  const order = () => receiver.received.map(({ body }) => JSON.parse(body).data.id);

  test('hears the oldest first, whichever alarm rang', async () => {
    const [one, two, three_] = await three();
    await deliver(three_?.id ?? '');
    expect(order()).toEqual([one?.callId, two?.callId, three_?.callId]);
  });

  test('is not held up by one that waits for its next try', async () => {
    const [one, two, three_] = await three();
    answers(answer(500), answer(200));
    await deliver(one?.id ?? '');
    expect(order()).toEqual([one?.callId, two?.callId, three_?.callId]);
    expect((await found(one as Callback)).status).toBe('pending');
  });

  test('gets one delivery at a time; another address does not wait for it', async () => {
    const [one, two] = await three();
    const other = await ended(url('/other'));
    const hanging = Promise.withResolvers<ServerResponse>();
    answers((response) => hanging.resolve(response), answer(200));
    const first = deliver(one?.id ?? '');
    const response = await hanging.promise;
    await deliver(two?.id ?? '');
    expect(receiver.received).toHaveLength(1);
    await deliver(other.id);
    expect(receiver.received.map((request) => request.url)).toEqual(['/hook', '/other']);
    response.end();
    await first;
    expect(order()).toHaveLength(4);
  });
});

test('two bridges on one Postgres that deliver at once: one at a time for an address, each once', async () => {
  const postgres = await startPostgres();
  const place = { type: 'postgres', url: await postgres.newDatabase() } as const;
  const [one, two] = [await openWorld(place), await openWorld(place)];
  try {
    let open = 0;
    let most = 0;
    receiver.respond = (response) => {
      open += 1;
      most = Math.max(most, open);
      setImmediate(() => {
        open -= 1;
        response.end();
      });
    };
    const callbacks: CallbackView[] = [];
    for (let n = 0; n < 10; n += 1) {
      const { id } = await one.place({}, { url: url(), events: ['call.ended'] });
      await one.end(id, makeOutcome('busy'));
      callbacks.push(...(await one.callbacks(id)));
    }
    await Promise.all(callbacks.flatMap(({ id }) => [deliver(id, one), deliver(id, two)]));
    expect(most).toBe(1);
    expect(receiver.received).toHaveLength(10);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(10);
  } finally {
    await one.close();
    await two.close();
    await postgres.stop();
  }
});

test('the claim of a bridge that died runs out, and the callback is sent again', async () => {
  const callback = await ended();
  const claimed = await world.calls.transaction((tx) => tx.claimCallback(callback.id, 30_000));
  expect(claimed?.callback.claimedUntil?.getTime()).toBeGreaterThan(Date.now() + 20_000);
  await deliver(callback.id);
  expect(receiver.received).toEqual([]);
  expect(await world.calls.findDueCallbacks()).toEqual([]);
  await change(callback.id, { claimedUntil: new Date(Date.now() - 1) });
  expect(await world.calls.findDueCallbacks()).toMatchObject([{ id: callback.id }]);
  await deliver(callback.id);
  expect((await found(callback)).status).toBe('delivered');
});

describe('a replay', () => {
  test('of a dead letter begins its schedule anew, with the same id and body', async () => {
    const callback = await ended();
    answers(answer(404), answer(500), answer(200));
    await deliver(callback.id);
    expect((await found(callback)).status).toBe('dead');
    expect(await replayCallback(world, callback.id)).toMatchObject({ status: 'pending', attempts: 0 });
    await deliver(callback.id);
    const again = await found(callback);
    expect([again.attempts, waitOf(again)]).toEqual([1, 1]);
    expect((await exhaust(callback)).status).toBe('delivered');
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  test('of a delivered one delivers it once more', async () => {
    const callback = await ended();
    await deliver(callback.id);
    await replayCallback(world, callback.id);
    await deliver(callback.id);
    expect(receiver.received).toHaveLength(2);
    expect((await found(callback)).status).toBe('delivered');
  });

  test('of none there is nothing', async () => {
    expect(await replayCallback(world, 'cb_none')).toBeNull();
  });
});

test('an alarm alone brings the callback, without any round that looks for what is due', async () => {
  await world.alarms.ring(async ({ type, id }) => {
    if (type === 'callback') await deliver(id);
  });
  const callback = await ended();
  await expect.poll(() => receiver.received.length, { timeout: 20_000 }).toBe(1);
  await expect.poll(async () => (await found(callback)).status).toBe('delivered');
});
