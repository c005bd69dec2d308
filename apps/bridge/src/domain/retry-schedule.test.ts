import { describe, expect, test } from 'vitest';
import { type CallbackKind, nextCallbackAttemptMs } from './retry-schedule.ts';

const scheduleOf = (kind: CallbackKind, jitter: number): readonly number[] => {
  const waits: number[] = [];
  for (let made = 1; ; made++) {
    const wait = nextCallbackAttemptMs(kind, made, jitter);
    if (wait === null) return waits;
    waits.push(wait);
  }
};
const HOUR = 3_600_000;

test('a resume URL is tried for 73 minutes, quickly at first', () => {
  expect(scheduleOf('resume', 0)).toEqual([1_000, 3_000, 10_000, 30_000, 120_000, 600_000, 3_600_000]);
});

test('a standing endpoint is tried over three days, and within seconds at first', () => {
  const waits = scheduleOf('standing', 0);
  expect(waits[0]).toBe(5_000);
  expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThan(72 * HOUR);
  expect(waits).toEqual(waits.toSorted((a, b) => a - b));
});

describe.each(['resume', 'standing'] as const)('%s', (kind) => {
  test('jitter adds a tenth at most and takes nothing away', () => {
    const plain = scheduleOf(kind, 0);
    expect(scheduleOf(kind, 1)).toEqual(plain.map((wait) => wait + wait / 10));
    scheduleOf(kind, 0.5).forEach((wait, index) => {
      expect(wait / (plain[index] ?? 0)).toBeCloseTo(1.05);
    });
  });

  test('before any attempt there is nothing to wait for', () => {
    expect(nextCallbackAttemptMs(kind, 0, 1)).toBe(0);
  });

  test('whatever comes after the last one is a dead letter', () => {
    expect(nextCallbackAttemptMs(kind, 99, 0)).toBeNull();
  });
});
