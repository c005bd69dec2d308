import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readAgentMark, writeAgentMark } from './agent-mark.ts';
import { isStillRunning } from './process-identity.ts';

let dir: string;
beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'outdial-mark-')), 'data');
});
afterEach(() => rmSync(join(dir, '..'), { recursive: true, force: true }));

test('an agent notes its process and its health port, for its user alone', () => {
  writeAgentMark(dir, { host: '127.0.0.1', port: 8081 });
  const mark = readAgentMark(dir);
  expect(mark).toMatchObject({ pid: process.pid, host: '127.0.0.1', port: 8081 });
  expect(mark !== null && isStillRunning(mark)).toBe(true);
  expect(statSync(dir).mode & 0o077).toBe(0);
  expect(statSync(join(dir, 'agent.json')).mode & 0o077).toBe(0);
});

test('a note that is not there or not ours is none', () => {
  expect(readAgentMark(dir)).toBeNull();
  writeAgentMark(dir, { host: '127.0.0.1', port: 8081 });
  for (const text of ['', '{}', '{"pid":"1"}']) {
    writeFileSync(join(dir, 'agent.json'), text);
    expect(readAgentMark(dir)).toBeNull();
  }
});
