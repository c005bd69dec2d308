import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@outdial/runtime';
import { afterEach, beforeEach } from 'vitest';
import { type AftermathSpool, createAftermathSpool } from '../src/result/aftermath-spool.ts';

const logged: string[] = [];

/** What a test of the time after a call writes to: an empty spool in a folder of its own, and a log that is kept. */
export const aftermathRig = {
  logged,
  log: createLogger({ name: 'test', level: 'debug', logPii: false }, { write: (line) => logged.push(line) }),
};

/** Gives each test of a file a new spool and its folder, which goes with the test, and an empty log. */
export const useSpool = (give: (spool: AftermathSpool, dir: string) => void): void => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'outdial-aftermath-'));
    logged.length = 0;
    give(createAftermathSpool(dir), dir);
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));
};
