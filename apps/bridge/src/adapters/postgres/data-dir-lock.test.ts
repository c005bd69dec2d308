import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StartError } from '../../start-error.ts';
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

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

test('a folder that is not there yet is made, and nobody else may look into it', () => {
  const dataDir = join(folder, 'a', 'b');
  const lock = lockDataDir(dataDir);
  expect(modeOf(dataDir)).toBe('700');
  for (const file of ['bridge.lock', 'bridge.pid']) expect(modeOf(join(dataDir, file))).toBe('600');
  lock.release();
});

test('an open folder of ours is closed to others; a shared one with a sticky bit is left alone', () => {
  chmodSync(folder, 0o755);
  lockDataDir(folder).release();
  expect(modeOf(folder)).toBe('700');
  const shared = join(folder, 'shared');
  mkdirSync(shared);
  chmodSync(shared, 0o1777);
  lockDataDir(shared).release();
  expect(modeOf(shared)).toBe('777');
});

test('a file in its place is said in one sentence', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(() => lockDataDir(file)).toThrow(StartError);
  expect(() => lockDataDir(join(file, 'below'))).toThrow(/^DATA_DIR cannot be used: /);
});
