import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ALIVE_EVERY_MS, DIAL_WITHIN_MS, dialTiming, LEASE_MS } from './dial-timing.ts';

test.each([
  [45, 45, 49, 50_000],
  [5, 5, 9, 10_000],
  [75, 75, 79, 80_000],
  [0, 5, 9, 10_000],
  [-3, 5, 9, 10_000],
  [300, 75, 79, 80_000],
  [25.5, 25, 29, 30_000],
  [Number.NaN, 45, 49, 50_000],
  [Number.POSITIVE_INFINITY, 75, 79, 80_000],
])('a ring time of %d s', (asked, ringingTimeoutSeconds, requestTimeoutSeconds, watchdogMs) => {
  expect(dialTiming(asked)).toEqual({ ringingTimeoutSeconds, requestTimeoutSeconds, watchdogMs });
});

test('whatever is asked, the clocks are whole and each outlasts the one before', () => {
  fc.assert(
    fc.property(fc.oneof(fc.double(), fc.integer()), (asked) => {
      const timing = dialTiming(asked);
      const { ringingTimeoutSeconds: ring, requestTimeoutSeconds: request, watchdogMs } = timing;
      expect(Object.values(timing).every(Number.isInteger)).toBe(true);
      expect(ring).toBeGreaterThanOrEqual(5);
      expect(request).toBeGreaterThanOrEqual(ring + 2); // the SDK's floor
      expect(request).toBeLessThan(80); // livekit-server's cap
      expect(watchdogMs).toBeGreaterThan(request * 1_000);
    }),
  );
});

test('a lease outlives two lost signs of life, and a grant is over before it', () => {
  expect(LEASE_MS).toBeGreaterThan(3 * ALIVE_EVERY_MS);
  expect(DIAL_WITHIN_MS).toBeLessThan(LEASE_MS);
});
