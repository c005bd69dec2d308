import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isProcessAlive } from '@outdial/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPartRunner, type Part, type PartRunner } from './process.ts';
import { processTable } from './process-table.ts';

let dir: string;
let runner: PartRunner;
let deaths: string[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'outdial-part-'));
  deaths = [];
  runner = createPartRunner(dir, (message) => deaths.push(message));
});
afterEach(async () => {
  await runner.stopAll();
  rmSync(dir, { recursive: true });
});

const shell = (script: string, name = 'program'): Promise<Part> =>
  runner.start({
    name,
    command: '/bin/sh',
    args: ['-c', script],
    ready: async (log) => log().includes('ready'),
  });
/** A program with a child that outlives it. */
const PARENT = 'sleep 60 & echo ready; wait';
const stateOf = (pid: number) =>
  readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/.*\) /s, '').slice(0, 1);

test('a death on purpose is not told of, another is', async () => {
  const part = await shell(PARENT);
  expect(await part.kill()).toMatchObject({ code: null, signal: 'SIGKILL' });
  await part.start();
  process.kill(part.pid, 'SIGKILL');
  await expect.poll(() => deaths).toEqual([expect.stringMatching(/^program died \(signal SIGKILL\)/)]);
  await part.restart();
  expect(isProcessAlive(part.pid)).toBe(true);
  expect(deaths).toHaveLength(1);
});

test('a kill without the group leaves what the program forked, until the part is stopped', async () => {
  const part = await shell(PARENT);
  await expect.poll(() => part.pids()).toHaveLength(2);
  const first = part.pid;
  await part.kill('SIGKILL', { wholeGroup: false });
  const orphan = part.pids();
  expect(orphan).toHaveLength(1);
  expect(orphan).not.toContain(first);
  await part.start();
  expect(part.pids()).toEqual(expect.arrayContaining([...orphan, part.pid]));
  await part.stop();
  expect(part.pids()).toEqual([]);
});

test('a kill reaches the whole group by default', async () => {
  const part = await shell(PARENT);
  await expect.poll(() => part.pids()).toHaveLength(2);
  await part.kill();
  await expect.poll(() => part.pids()).toEqual([]);
});

test('a paused program stands still with all that it forked, and can be stopped', async () => {
  const part = await shell(PARENT);
  await expect.poll(() => part.pids()).toHaveLength(2);
  const states = () => part.pids().map(stateOf);
  part.pause();
  await expect.poll(states).toEqual(['T', 'T']);
  part.resume();
  await expect.poll(states).toEqual(['S', 'S']);
  part.pause({ wholeGroup: false });
  await expect.poll(() => stateOf(part.pid)).toBe('T');
  await part.stop();
  expect(() => part.pause()).toThrow('program does not run');
});

test('a restart is ready only by what was logged since', async () => {
  const part = await shell('[ -e slow ] && exit 3; : > slow; echo ready; exec sleep 60');
  await expect(part.start()).rejects.toThrow('program runs already');
  await part.stop();
  await expect(part.start()).rejects.toThrow(/program ended while starting \(exit code 3\)/);
  expect(readFileSync(part.logFile, 'utf8')).toBe('ready\n');
});

test('a restart may add to the environment once, and spares what a killed parent left', async () => {
  const part = await shell('[ "$FAIL" = yes ] && exit 4; sleep 60 & echo ready; wait');
  await expect.poll(() => part.pids()).toHaveLength(2);
  await part.kill('SIGKILL', { wholeGroup: false });
  const orphans = part.pids();
  await expect(part.restart({ FAIL: 'yes' })).rejects.toThrow('exit code 4');
  await part.restart();
  expect(orphans).toHaveLength(1);
  expect(part.pids()).toEqual(expect.arrayContaining([...orphans, part.pid]));
  const ended = part.ended();
  process.kill(part.pid, 'SIGTERM');
  expect(await ended).toMatchObject({ code: null, signal: 'SIGTERM' });
});

test('a program may take its time to end, and tells how it ended', async () => {
  const part = await shell('trap "sleep 0.2; exit 7" TERM; echo ready; while :; do sleep 0.02; done');
  const { code, signal, ms } = await part.kill('SIGTERM', { wholeGroup: false });
  expect({ code, signal }).toEqual({ code: 7, signal: null });
  expect(ms).toBeGreaterThan(190);
});

test('a part is found by its name, and nothing starts in a lab that stops', async () => {
  const part = await shell(PARENT, 'one');
  expect(runner.part('one')).toBe(part);
  expect(() => runner.part('two')).toThrow('named two');
  await runner.stopAll();
  await expect(part.start()).rejects.toThrow('the lab is stopping');
  expect(processTable().some(({ group }) => group === part.pid)).toBe(false);
});
