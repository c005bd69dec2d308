import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@outdial/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endCallsOfTheDead, holdCall } from './call-marks.ts';

const log = createLogger({ name: 'test', level: 'info', logPii: false }, { write: () => {} });
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'outdial-marks-'));
});
afterEach(() => rm(dir, { recursive: true }));

const sweep = async (): Promise<string[]> => {
  const deleted: string[] = [];
  await endCallsOfTheDead(dir, async (room) => void deleted.push(room), log);
  return deleted;
};

test('a process that died in a call has its room deleted, once', async () => {
  const child = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)']);
  holdCall(dir, 'call-1', log, child.pid);
  expect(await sweep()).toEqual([]);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await sweep()).toEqual(['call-1']);
  expect(await sweep()).toEqual([]);
});

test.runIf(process.platform === 'linux')('the mark of a process whose id another one has now', async () => {
  holdCall(dir, 'call-1', log);
  const path = join(dir, `${process.pid}.json`);
  expect(await sweep()).toEqual([]);
  const mark = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...mark, started: `${mark.started}0` }));
  expect(await sweep()).toEqual(['call-1']);
});

test('callee and target talk on when the process that joined them dies', async () => {
  const child = spawn(process.execPath, ['--version']);
  await once(child, 'exit');
  holdCall(dir, 'call-1', log, child.pid).bridged();
  expect(await sweep()).toEqual([]);
  expect(await readdir(dir)).toEqual([]);
});

test('a call that ended in order leaves no mark', async () => {
  await holdCall(dir, 'call-1', log).release();
  expect(await readdir(dir)).toEqual([]);
});

test('LiveKit being away keeps the mark for the next time', async () => {
  const child = spawn(process.execPath, ['--version']);
  await once(child, 'exit');
  holdCall(dir, 'call-1', log, child.pid);
  await endCallsOfTheDead(dir, () => Promise.reject(new Error('away')), log);
  expect(await sweep()).toEqual(['call-1']);
});

test('a folder that cannot be written stops no call', async () => {
  await writeFile(join(dir, 'file'), '');
  const mark = holdCall(join(dir, 'file', 'calls'), 'call-1', log);
  mark.bridged();
  await mark.release();
});
