import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAftermathSpool } from './aftermath-spool.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'outdial-spool-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('a file that is not ours is skipped, and told once', async () => {
  const foreign: string[] = [];
  const spool = createAftermathSpool(dir, (name) => foreign.push(name));
  for (const name of ['call_1.json', '%.json', 'a note.json', 'call_1.ogg'])
    await writeFile(join(dir, name), '{}');
  expect(await spool.list()).toEqual(['call_1']);
  expect(await spool.list()).toEqual(['call_1']);
  expect(foreign.sort()).toEqual(['%.json', 'a note.json']);
});
