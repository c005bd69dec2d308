import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { notInstalled, RUN_PACKAGES } from './debian-packages.mjs';
import { projectEnv } from './dependencies.mjs';
import { commandFailed, looksOffline } from './errors.mjs';
import { goVersionOf } from './go-programs.mjs';
import { repository, setupDir } from './paths.mjs';
import { createProgress, formatElapsed } from './progress.mjs';
import { keyOf, readStamp, writeStamp } from './stamps.mjs';

const dir = mkdtempSync(join(tmpdir(), 'outdial-setup-'));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const json = (/** @type {string} */ file) => JSON.parse(readFileSync(file, 'utf8'));

describe('stamps', () => {
  test('a key tells parts apart, also where one ends and the next begins', () => {
    expect(keyOf(['ab', 'c'])).toBe(keyOf(['ab', 'c']));
    expect(keyOf(['ab', 'c'])).not.toBe(keyOf(['a', 'bc']));
  });

  test('a stamp is read as written, and none is null', () => {
    const file = join(dir, 'deep', 'stamp');
    expect(readStamp(file)).toBeNull();
    writeStamp(file, 'key');
    expect(readStamp(file)).toBe('key');
    expect(readdirSync(join(dir, 'deep'))).toEqual(['stamp']);
  });
});

describe('progress', () => {
  test.each([
    [400, '0.4 s'],
    [12_300, '12 s'],
    [125_000, '2 min 05 s'],
  ])('%i ms is read as %s', (ms, text) => {
    expect(formatElapsed(ms)).toBe(text);
  });

  test('off a terminal: a line for a step that took its time, none for one that had nothing to do', async () => {
    let clock = 0;
    let out = '';
    const progress = createProgress({ stream: { write: (text) => (out += text) }, now: () => clock });
    await progress.step('Nothing to do', async () => (clock += 100));
    await progress.step('A build', async () => (clock += 61_000));
    expect(out).toBe('✓ A build  1 min 01 s\n');
  });

  test('a step that failed is marked, and its error goes on', async () => {
    let out = '';
    const progress = createProgress({ stream: { write: (text) => (out += text) } });
    const failing = progress.step('A build', () => Promise.reject(new Error('no disk')));
    await expect(failing).rejects.toThrow('no disk');
    expect(out).toMatch(/^✗ A build/);
  });
});

describe('errors', () => {
  test.each([
    'npm error code EAI_AGAIN',
    'dial tcp: lookup example on 127.0.0.1: no such host',
    "Temporary failure resolving 'example'",
  ])('"%s" is a matter of the network', (line) => {
    expect(looksOffline(line)).toBe(true);
    const error = commandFailed({ doing: 'building', exit: 'exit code 1', logFile: 'a.log', tail: line });
    expect(error.message).toMatch(/^The network could not be reached while building/);
  });

  test('any other failure shows how it ended, the end of its output and where the rest is', () => {
    const { message } = commandFailed({
      doing: 'building',
      exit: 'exit code 2',
      logFile: 'a.log',
      tail: 'one\ntwo\n',
    });
    expect(message).toMatch(/^Failed while building \(exit code 2\)\./);
    expect(message).toContain('    one\n    two\n  The whole log: a.log');
  });
});

test('packages that are half installed, removed or unknown count as missing', () => {
  const answer = 'sox installed\nkamailio half-configured\nredis-server config-files\n';
  expect(notInstalled(['sox', 'kamailio', 'redis-server', 'gcc'], answer)).toEqual([
    'kamailio',
    'redis-server',
    'gcc',
  ]);
});

test('the Go version is the one that go.mod asks for', () => {
  expect(goVersionOf('module x\n\ngo 1.26.1\n\nrequire y v1.0.0\n')).toBe('1.26.1');
});

test("npm's own variables stay out of the project's environment, and the pinned tools come first", () => {
  const env = projectEnv({
    PATH: '/bin',
    HOME: '/h',
    npm_package_name: 'x',
    npm_lifecycle_event: 'start',
    INIT_CWD: '/',
  });
  expect(env).toMatchObject({ HOME: '/h' });
  expect(env.PATH).toMatch(/\.cache.tools.node_modules..bin:\/bin$/);
  expect(Object.keys(env).filter((name) => /^npm_|INIT_CWD/.test(name))).toEqual([]);
});

describe('versions that are written in more than one place agree', () => {
  const tools = json(join(setupDir, 'tools', 'package.json'));

  test('pnpm', () => {
    expect(json(join(repository, 'package.json')).packageManager).toBe(`pnpm@${tools.dependencies.pnpm}`);
    expect(readFileSync(join(repository, 'Dockerfile'), 'utf8')).toContain(
      `ARG PNPM_VERSION=${tools.dependencies.pnpm}\n`,
    );
  });

  test('Node.js', () => {
    const versions = new Set(Object.values(tools.optionalDependencies));
    expect(versions.size).toBe(1);
    expect([...versions][0]).toMatch(/^24\./);
  });

  test('the tools are locked without naming where they were fetched from', () => {
    const lock = readFileSync(join(setupDir, 'tools', 'package-lock.json'), 'utf8');
    expect(lock).not.toContain('"resolved"');
    expect(lock).toContain('"integrity"');
  });

  test('Debian packages: the lab image has what the set-up installs for running', () => {
    const dockerfile = readFileSync(join(repository, 'Dockerfile'), 'utf8');
    for (const name of RUN_PACKAGES) expect(dockerfile).toMatch(new RegExp(`\\b${name}\\b`));
  });

  test('each Go program has its pinned module', () => {
    for (const name of ['livekit-server', 'livekit-sip']) {
      expect(existsSync(join(setupDir, name, 'go.sum'))).toBe(true);
    }
  });
});
