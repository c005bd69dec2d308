import { beforeEach, expect, test, vi } from 'vitest';
import type { ChangeFeed } from '../ports.ts';
import { createChangeLatch } from './change-latch.ts';

let listeners: Set<(callId: string | null) => void>;
let stop: AbortController;
beforeEach(() => {
  listeners = new Set();
  stop = new AbortController();
});

const feed: ChangeFeed = {
  subscribe: (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
const tell = (callId: string | null): void => {
  for (const listener of listeners) listener(callId);
};
const FOR_EVER = 2 ** 31 - 1;
const latchOn = (callId: string | null) => createChangeLatch(feed, callId, stop.signal);
/** Whether the latch lets its reader go on, without any time passing. */
const opens = async (work: Promise<void>): Promise<boolean> =>
  Promise.race([work.then(() => true), new Promise<false>((done) => setImmediate(() => done(false)))]);

test.each([
  ['its call', 'call_1', 'call_1', true],
  ['another call', 'call_1', 'call_2', false],
  ['a gap', 'call_1', null, true],
  ['any call, for a latch on all', null, 'call_2', true],
])('a change of %s', async (_name, of, changed, expected) => {
  const next = latchOn(of).next(FOR_EVER);
  tell(changed);
  expect(await opens(next)).toBe(expected);
});

test('what happened since the last look is not forgotten, and told once', async () => {
  const latch = latchOn('call_1');
  tell('call_1');
  expect(await opens(latch.next(FOR_EVER))).toBe(true);
  expect(await opens(latch.next(FOR_EVER))).toBe(false);
});

test('time opens it too', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const next = latchOn('call_1').next(1_000);
    await vi.advanceTimersByTimeAsync(999);
    expect(await opens(next)).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await opens(next)).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});

test('a stop opens it, and it stays open', async () => {
  const latch = latchOn('call_1');
  const next = latch.next(FOR_EVER);
  stop.abort();
  expect(await opens(next)).toBe(true);
  expect(await opens(latch.next(FOR_EVER))).toBe(true);
});

test('a closed one hears nothing more', () => {
  const latch = latchOn('call_1');
  expect(listeners.size).toBe(1);
  latch.close();
  expect(listeners.size).toBe(0);
});
