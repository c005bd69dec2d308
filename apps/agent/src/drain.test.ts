import type { RunningJobInfo } from '@livekit/agents';
import { expect, test } from 'vitest';
import { testLog } from '../test/log.ts';
import { drainWorker } from './drain.ts';

const worker = (jobs: number, drain: (ms?: number) => Promise<void>) => ({
  activeJobs: Array.from({ length: jobs }, () => ({})) as RunningJobInfo[],
  drain,
});

test.each([
  ['refuses to drain', () => Promise.reject(new Error('a process is starting'))],
  ['says too early that it is done', () => Promise.resolve()],
])('a worker that %s is waited for until its last call is over', async (_what, drain) => {
  const server = worker(1, drain);
  let isOver = false;
  const draining = drainWorker(server, 60_000, testLog().log).then(() => {
    isOver = true;
  });
  await new Promise(setImmediate);
  expect(isOver).toBe(false);
  server.activeJobs.length = 0;
  await draining;
});

test('a call that never ends is not waited for longer than the limit', async () => {
  const limits: (number | undefined)[] = [];
  const server = worker(1, async (ms) => void limits.push(ms));
  await drainWorker(server, 5, testLog().log);
  expect(limits).toEqual([5]);
});
