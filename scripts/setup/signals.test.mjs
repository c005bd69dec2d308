import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { setupDir } from './paths.mjs';

const dir = mkdtempSync(join(tmpdir(), 'outdial-signals-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A step with a child and a grandchild that left the process group, and both of them deaf to SIGTERM. */
const COMMAND = `
import { runCommand } from '${setupDir}/command.mjs';
import { withLock } from '${setupDir}/lock.mjs';
import { run } from '${setupDir}/processes.mjs';

await runCommand(async () => {
  await withLock(process.argv[2] + '/lock', () => {}, () => run({
    doing: 'testing',
    command: 'sh',
    args: ['-c', 'trap "" TERM; setsid sh -c \\'trap "" TERM; echo $$ > away; while :; do sleep 0.1; done\\' & echo $$ > near; while :; do sleep 0.1; done'],
    cwd: process.argv[2],
    logFile: process.argv[2] + '/log',
    stop: async (child) => child.kill('SIGTERM'),
  }));
  return 0;
});
`;

/** @param {string} name */
const pidIn = (name) => Number(readFileSync(join(dir, name), 'utf8'));

/** @param {number} pid */
const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

/** @param {readonly string[]} names */
const untilWritten = async (names) => {
  while (!names.every((name) => existsSync(join(dir, name)) && pidIn(name) > 0)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

describe.runIf(process.platform === 'linux')('stopped while a step runs', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])('by %s: ends with %i, and nothing is left, however deaf and wherever it went', async (signal, code) => {
    for (const name of ['near', 'away']) rmSync(join(dir, name), { force: true });
    const file = join(dir, 'command.mjs');
    writeFileSync(file, COMMAND);
    const child = spawn(process.execPath, [file, dir], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await untilWritten(['near', 'away']);

    child.kill(/** @type {NodeJS.Signals} */ (signal));

    expect(await ended).toBe(code);
    expect(['near', 'away'].map(pidIn).filter(isAlive)).toEqual([]);
    expect(existsSync(join(dir, 'lock'))).toBe(false);
  });
});
