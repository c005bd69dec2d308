import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { measureHostDelay } from './host-delay.ts';

const block = (ms: number): void => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

test('a process that gets no time is late, and forgets it when it has time again', async () => {
  const lateMs = measureHostDelay();
  await pause(25);
  for (let round = 0; round < 5; round += 1) {
    block(150);
    await pause(1);
  }
  expect(lateMs()).toBeGreaterThan(80);
  // Nothing measured since is nothing late.
  expect(lateMs()).toBe(0);
});
