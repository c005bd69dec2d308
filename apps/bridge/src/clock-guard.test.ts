import { expect, test } from 'vitest';
import { after } from '../test/fixtures.ts';
import { createClockGuard } from './clock-guard.ts';

/** Looks at both clocks so many milliseconds after the beginning; the database's may have been set by then. */
const guard = () => {
  let elapsedMs = 0;
  const { jumped } = createClockGuard(() => elapsedMs);
  return (ms: number, setByMs = 0): boolean => {
    elapsedMs = ms;
    return jumped(after(ms + setByMs));
  };
};

test('clocks that run alike did not jump, nor does the first look tell anything', () => {
  const look = guard();
  expect([look(0, 900_000), look(1_000, 900_000), look(60_000, 900_000)]).toEqual([false, false, false]);
});

test.each([60_000, -60_000, 4_001, -4_001])('a clock set by %d ms jumped, once', (setBy) => {
  const look = guard();
  look(0);
  expect([look(1_000, setBy), look(2_000, setBy)]).toEqual([true, false]);
});

test('a slow answer is no jump', () => {
  const look = guard();
  look(0);
  expect([look(1_000, 4_000), look(2_000)]).toEqual([false, false]);
});

test('a slow drift never adds up to one', () => {
  const look = guard();
  const jumps = Array.from({ length: 100 }, (_, at) => look(at * 1_000, at * 500));
  expect(jumps).not.toContain(true);
});
