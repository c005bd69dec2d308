import { expect, test } from 'vitest';
import { readRss } from './memory.ts';

test('reads the resident memory in MiB; a process that is gone has none', () => {
  expect(readRss('Name:\tnode\nVmHWM:\t  999999 kB\nVmRSS:\t  131072 kB\nThreads:\t11\n')).toBe(128);
  expect(readRss('Name:\tnode\nState:\tZ (zombie)\n')).toBe(0);
});
