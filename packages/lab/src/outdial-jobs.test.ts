import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { jobsAmong } from './outdial-jobs.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'outdial-jobs-'));
  mkdirSync(join(dir, 'calls'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const line = (fields: Record<string, unknown>) => JSON.stringify({ level: 20, ...fields });

test('a job is known by its mark or by its log, and a warm process by neither', () => {
  writeFileSync(join(dir, 'calls', '1.json'), JSON.stringify({ pid: 1, room: 'call-a-1' }));
  writeFileSync(join(dir, 'calls', '2.json'), '{"pid":2,');
  const log = [
    line({ pid: 9, msg: 'agent ready for calls' }),
    line({ pid: 2, room: 'call-b-1', msg: 'parsed job metadata' }),
    line({ pid: 3, msg: 'warm' }),
    line({ pid: 4, room: 'call-of-a-dead-one' }),
    'no JSON',
    '{"pid":3,"room":"cut off',
  ].join('\n');
  expect(jobsAmong([1, 2, 3], dir, log)).toEqual([
    { pid: 1, room: 'call-a-1' },
    { pid: 2, room: 'call-b-1' },
  ]);
});
