import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataDirLocked, lockDataDir } from './data-dir-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outdial-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Another process that takes the lock, says so, and holds it until it is killed. */
const holder = async (): Promise<ChildProcess> => {
  const script = `
    const { lockDataDir } = await import(${JSON.stringify(join(import.meta.dirname, 'data-dir-lock.ts'))});
    lockDataDir(${JSON.stringify(folder)});
    console.log('locked');
    setInterval(() => {}, 1e6);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
};

const killed = async (child: ChildProcess): Promise<void> => {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
};

test('a second process is refused and told who holds the folder', async () => {
  const child = await holder();
  try {
    expect(() => lockDataDir(folder)).toThrow(DataDirLocked);
    expect(() => lockDataDir(folder)).toThrow(`pid ${child.pid}`);
  } finally {
    await killed(child);
  }
});

test('a holder that was killed leaves nothing behind', async () => {
  await killed(await holder());
  const lock = lockDataDir(folder);
  expect(() => lockDataDir(folder)).toThrow(`pid ${process.pid}`);
  lock.release();
});

test('a lock that was given back can be taken again, and given back twice', () => {
  const lock = lockDataDir(folder);
  lock.release();
  lock.release();
  lockDataDir(folder).release();
});

test('a folder that is not there yet is made', () => {
  lockDataDir(join(folder, 'a', 'b')).release();
});
