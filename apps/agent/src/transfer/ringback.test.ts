import { expect, test } from 'vitest';
import { RINGBACK_RATE, ringbackCycle } from './ringback.ts';

const levelBetween = (fromMs: number, toMs: number): number => {
  const part = ringbackCycle().subarray((fromMs * RINGBACK_RATE) / 1_000, (toMs * RINGBACK_RATE) / 1_000);
  return Math.sqrt(part.reduce((sum, sample) => sum + sample * sample, 0) / part.length);
};

test('two bursts and a pause, in a cycle of three seconds', () => {
  expect(ringbackCycle()).toHaveLength(3 * RINGBACK_RATE);
  for (const [from, to] of [
    [50, 350],
    [650, 950],
  ] as const)
    expect(levelBetween(from, to)).toBeGreaterThan(1_000);
  for (const [from, to] of [
    [410, 590],
    [1_010, 3_000],
  ] as const)
    expect(levelBetween(from, to)).toBe(0);
});

test('soft, and without a click at its edges', () => {
  const cycle = ringbackCycle();
  expect(Math.max(...cycle)).toBeLessThan(32_767 / 4);
  for (const ms of [0, 600]) expect(Math.abs(cycle[(ms * RINGBACK_RATE) / 1_000] ?? 99)).toBeLessThan(10);
});
