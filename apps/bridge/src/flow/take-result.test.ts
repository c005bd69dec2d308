import { makeOutcome } from '@outdial/telephony';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { result, TOKEN } from '../../test/fixtures.ts';
import { openWorld, type World } from '../../test/world.ts';
import { giveUpResults, takeResult } from './take-result.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());
beforeEach(() => world.reset());

const URL = 'https://example.com/resume';
const talked = makeOutcome('callee_hangup', { talk_ms: 900 });

/** A call that talked and is over, whose end somebody waits to hear of. */
const ended = async (follows = { result: true, recording: false }): Promise<string> => {
  const { id } = await world.place({}, { url: URL, events: ['call.ended', 'call.result'] });
  await world.dispatchAll();
  await world.ask(id);
  await world.say(id, { type: 'answered' });
  await world.say(id, { type: 'ended', outcome: talked, follows });
  return id;
};
const callback = async (id: string, event: string) =>
  (await world.callbacks(id)).find((one) => one.event === event);
/** When a callback is due, in seconds from now. */
const dueIn = async (id: string, event: string) =>
  ((await callback(id, event))?.nextAttemptAt?.getTime() ?? Number.NaN) / 1000 - Date.now() / 1000;
const take = (id: string, change = {}) =>
  takeResult(world, id, { ...result().result, token: TOKEN, ...change });

describe('the callback of an end', () => {
  test('is written with the end, due when the result must be there', async () => {
    const id = await ended();
    expect(await callback(id, 'call.ended')).toMatchObject({ status: 'pending', attempts: 0 });
    expect(await dueIn(id, 'call.ended')).toBeGreaterThan(20);
    expect(await dueIn(id, 'call.ended')).toBeLessThan(33);
  });

  test('is due at once where nothing follows', async () => {
    expect(await dueIn(await ended({ result: false, recording: false }), 'call.ended')).toBeLessThan(1);
  });

  test('is due with the result', async () => {
    const id = await ended();
    expect(await take(id)).toBe('taken');
    expect(await dueIn(id, 'call.ended')).toBeLessThan(1);
    expect(await dueIn(id, 'call.result')).toBeLessThan(1);
    expect(await world.found(id)).toMatchObject({ summary: 'Seven come.', result: { people: 7 } });
    expect(await world.events(id)).toContain('call.result');
  });

  test('is due at the deadline though nobody ever comes, and says why there is none', async () => {
    const id = await ended();
    await giveUpResults(world.deps());
    expect(await dueIn(id, 'call.ended')).toBeGreaterThan(20);
    await world.age(id, 'result_due_at', 31);
    await giveUpResults(world.deps());
    expect(await dueIn(id, 'call.ended')).toBeLessThan(1);
    expect(await world.found(id)).toMatchObject({ resultProblem: expect.stringContaining('30 s') });
  });

  test('is not brought forward by a start of the bridge', async () => {
    const id = await ended();
    const before = (await callback(id, 'call.ended'))?.nextAttemptAt;
    await world.calls.mendTimes();
    expect((await callback(id, 'call.ended'))?.nextAttemptAt).toEqual(before);
  });
});

describe('a result', () => {
  test('is taken once', async () => {
    const id = await ended();
    await take(id);
    await take(id, { summary: 'Other.', transcript: [] });
    expect(await world.found(id)).toMatchObject({ summary: 'Seven come.' });
    expect(await world.calls.findTranscript(id)).toHaveLength(1);
    expect((await world.events(id)).filter((type) => type === 'call.result')).toHaveLength(1);
  });

  test('that comes after it was given up is told by an event of its own', async () => {
    const id = await ended();
    await world.age(id, 'result_due_at', 31);
    await giveUpResults(world.deps());
    expect(await world.events(id)).not.toContain('call.result');
    expect(await callback(id, 'call.result')).toBeUndefined();
    await take(id);
    expect(await world.found(id)).toMatchObject({ summary: 'Seven come.', resultProblem: null });
    expect((await world.events(id)).filter((type) => type === 'call.result')).toHaveLength(1);
    expect(await callback(id, 'call.result')).toMatchObject({ status: 'pending' });
  });

  test('is refused of another job and of no call', async () => {
    const id = await ended();
    expect(await take(id, { token: 'token-of-another-job' })).toBe('not_granted');
    expect(await take('call_none')).toBe('not_found');
    expect(await world.calls.findTranscript(id)).toBeNull();
  });
});
