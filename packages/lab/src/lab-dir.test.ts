import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { newLabDir, pruneLabDirs } from './lab-dir.ts';

test('the last five runs stay, and those that still run', async () => {
  const runs = await mkdtemp(join(tmpdir(), 'outdial-runs-'));
  const day = (n: number) => new Date(Date.UTC(2026, 0, n));
  const alive = basename(newLabDir(day(1)));
  const ended = [2, 3, 4, 5, 6, 7, 8].map((n) => basename(newLabDir(day(n))).replace(/\d+$/, '4194304'));
  for (const name of [alive, ...ended, 'tests']) await mkdir(join(runs, name));
  await pruneLabDirs(runs);
  expect((await readdir(runs)).sort()).toEqual([alive, ...ended.slice(2), 'tests'].sort());
  await rm(runs, { recursive: true });
});
