import { makeOutcome } from '@outdial/telephony';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { settings } from '../../test/fixtures.ts';
import { openWorld, type World } from '../../test/world.ts';
import { type RetryResult, retryCall } from './retry-call.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());
beforeEach(() => world.reset());

const busy = makeOutcome('busy');
const again = (id: string, change: Parameters<typeof settings>[0] = {}) =>
  retryCall({ calls: world.calls, settings: settings(change) }, id, 'n8n');
const placed = (result: RetryResult) => {
  if (result.status !== 'placed') throw new Error(JSON.stringify(result));
  return result.call;
};
const over = async (change: Parameters<World['place']>[0] = {}, outcome = busy): Promise<string> => {
  const { id } = await world.place(change, {
    url: 'https://n8n.example.com/webhook/7',
    events: ['call.ended'],
  });
  await world.end(id, outcome);
  return id;
};

test('a call that has ended is placed once more: the same call, now, with the same recipients', async () => {
  const id = await over({ idempotencyKey: 'k1', metadata: { order: 7 }, notAfterGiven: true });
  const call = placed(await again(id));
  expect(call).toMatchObject({
    status: 'queued',
    retryOf: id,
    attempt: 1,
    maxAttempts: 1,
    scheduledFor: null,
    idempotencyKey: null,
    metadata: { order: 7 },
  });
  expect(await world.events(call.id)).toEqual(['call.queued']);
  await world.end(call.id, busy);
  expect((await world.callbacks(call.id)).map(({ url }) => url)).toEqual([
    'https://n8n.example.com/webhook/7',
  ]);
});

test('asked again, ten times at once, it is the same new call', async () => {
  const id = await over();
  const results = await Promise.all(Array.from({ length: 10 }, () => again(id)));
  expect(new Set(results.map((result) => placed(result).id)).size).toBe(1);
  expect(results.filter((result) => result.status === 'placed' && !result.replayed)).toHaveLength(1);
  const call = await world.end(placed(await again(id)).id, busy);
  expect(await again(id)).toEqual({ status: 'placed', call, replayed: true });
});

test('the new call may be placed again itself', async () => {
  const second = placed(await again(await over()));
  await world.end(second.id, busy);
  expect(placed(await again(second.id)).retryOf).toBe(second.id);
});

describe('refused', () => {
  test('while the call goes on', async () => {
    expect(await again(await world.granted())).toEqual({
      status: 'refused',
      detail: 'The call is not over: dialing.',
    });
  });

  test('while its next attempt stands; possible when that is over, too', async () => {
    const id = await over({ maxAttempts: 2 });
    const [next] = await world.calls.transaction((tx) => tx.findRepetitions(id));
    expect(await again(id)).toEqual({
      status: 'refused',
      detail: `Its next attempt ${next?.id} is queued.`,
    });
    await world.age(next?.id ?? '', 'scheduled_for', 1);
    await world.end(next?.id ?? '', busy);
    expect(placed(await again(id))).toMatchObject({ retryOf: id, attempt: 1 });
  });

  test('where the outcome is not to be tried again', async () => {
    const id = await over({}, makeOutcome('declined'));
    expect(await again(id)).toMatchObject({
      status: 'refused',
      detail: expect.stringContaining('declined is not to be tried again'),
    });
  });

  test('where what may be dialled has changed', async () => {
    const id = await over();
    const { policy } = settings();
    const result = await again(id, { policy: { ...policy, allowedCountries: ['NZ'] } });
    expect(result).toMatchObject({ status: 'refused', detail: expect.stringContaining('AU') });
    expect(await world.calls.transaction((tx) => tx.findRepetitions(id))).toEqual([]);
  });

  test('where there is no such call', async () => {
    expect(await again('call_none')).toEqual({ status: 'not_found' });
  });
});
