import { expect, test } from 'vitest';
import { FULL, TOO_LATE_MS, workerLoad } from './worker-load.ts';

const load = (jobs: number, lateMs = 0) => workerLoad({ jobs, mostJobs: 6, lateMs });

test('there is room until the last place is taken', () => {
  expect(load(0)).toBe(0);
  for (let jobs = 1; jobs < 6; jobs += 1) {
    expect(load(jobs)).toBeGreaterThan(load(jobs - 1));
    expect(load(jobs)).toBeLessThan(FULL);
  }
  expect(load(6)).toBe(1);
  expect(load(7)).toBe(1);
});

test('a host that is late is full, with places left', () => {
  expect(load(1, TOO_LATE_MS - 1)).toBeLessThan(FULL);
  expect(load(1, TOO_LATE_MS)).toBe(1);
  expect(load(0, 10 * TOO_LATE_MS)).toBe(1);
});

test('the worse of the two counts', () => {
  expect(load(5, 10)).toBe(load(5));
  expect(load(1, TOO_LATE_MS / 2)).toBeGreaterThan(load(1));
});
