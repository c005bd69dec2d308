import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { withLock } from './lock.mjs';

const dir = mkdtempSync(join(tmpdir(), 'outdial-lock-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const nobody = () => {
  throw new Error('there is nobody to wait for');
};

test('the second waits, is told whom for, and then has its turn', async () => {
  const file = join(dir, 'taken');
  /** @type {string[]} */
  const story = [];
  /** @type {(value?: unknown) => void} */
  let finishFirst = () => {};
  const first = withLock(file, nobody, async () => {
    await new Promise((resolve) => {
      finishFirst = resolve;
    });
    story.push('first ends');
  });
  const second = withLock(
    file,
    (pid) => {
      story.push(`waits for ${pid}`);
      finishFirst();
    },
    async () => story.push('second begins'),
  );
  await Promise.all([first, second]);
  expect(story).toEqual([`waits for ${process.pid}`, 'first ends', 'second begins']);
  expect(existsSync(file)).toBe(false);
});

test('the lock of a process that is no more is taken over', async () => {
  const file = join(dir, 'stale');
  const ended = spawn('true');
  await new Promise((resolve) => ended.once('exit', resolve));
  writeFileSync(file, `${ended.pid} 1\n`);
  expect(await withLock(file, nobody, async () => 'my turn')).toBe('my turn');
});

test('so is one whose number another process has now', async () => {
  const file = join(dir, 'reused');
  writeFileSync(file, `${process.pid} 1\n`);
  expect(await withLock(file, nobody, async () => 'my turn')).toBe('my turn');
});

test('it is released when the work fails', async () => {
  const file = join(dir, 'failing');
  await expect(withLock(file, nobody, () => Promise.reject(new Error('no disk')))).rejects.toThrow('no disk');
  expect(existsSync(file)).toBe(false);
});
