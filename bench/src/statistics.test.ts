import { describe, expect, test } from 'vitest';
import { summarize } from './statistics.ts';

describe('summarize', () => {
  test('takes the middle of an odd list, and the mean of the two middles of an even one', () => {
    expect(summarize([30, 10, 20]).median).toBe(20);
    expect(summarize([40, 10, 30, 20]).median).toBe(25);
  });

  test('p95 and p99 are values that were measured, by nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
    expect(summarize(hundred)).toEqual({ n: 100, median: 50.5, p95: 95, p99: 99, max: 100 });
    expect(summarize([5, 7])).toMatchObject({ p95: 7, p99: 7, max: 7 });
  });

  test('one value is all of them, and the list is left as it was', () => {
    const values = [3, 1];
    summarize(values);
    expect(values).toEqual([3, 1]);
    expect(summarize([4])).toEqual({ n: 1, median: 4, p95: 4, p99: 4, max: 4 });
  });

  test('refuses to tell of nothing', () => {
    expect(() => summarize([])).toThrow('Nothing was measured.');
  });
});
