import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { identifyProcess, isStillRunning } from './process-identity.ts';

test('a process that runs is told from one that is gone', async () => {
  const child = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)']);
  const identity = identifyProcess(child.pid);
  expect(isStillRunning(identity)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isStillRunning(identity)).toBe(false);
});

test.runIf(process.platform === 'linux')('another process of the same id is not the one of before', () => {
  const own = identifyProcess();
  expect(own).toEqual({ pid: process.pid, started: expect.stringMatching(/^[0-9a-f-]{36}\/\d+$/) });
  expect(isStillRunning({ ...own, started: `${own.started}0` })).toBe(false);
});

test('where only the id is known, the id decides', () => {
  expect(isStillRunning({ pid: process.pid, started: null })).toBe(true);
  expect(isStillRunning({ pid: 2 ** 22 + 1, started: null })).toBe(false);
});
