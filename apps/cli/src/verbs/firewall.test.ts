import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EXAMPLES, type ExampleName } from '../../test/firewall/examples.ts';
import { golden, renderExample } from '../../test/firewall/render-example.ts';
import { runCli } from '../../test/run-cli.ts';

const NAMES = Object.keys(EXAMPLES).filter((name): name is ExampleName => name in EXAMPLES);
const UNDO = ['firewall', 'render', '--router', 'mikrotik', '--undo'];

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'outdial-cli-firewall-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test.each(NAMES)('%s is written as before', async (name) => {
  const run = await renderExample(name);
  expect(run.code).toBe(0);
  await expect(run.stdout).toMatchFileSnapshot(golden(name));
});

test('undo needs neither settings nor profile', async () => {
  const run = await runCli(UNDO, {}, dir);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  await expect(run.stdout).toMatchFileSnapshot(golden('undo'));
});

describe('what it does not do by itself', () => {
  test('is told beside the script', async () => {
    const { stderr } = await renderExample('cloud');
    expect(stderr).toContain('note: The list outdial-livekit is filled from the router');
    expect(stderr).toContain('note: Nothing is opened to the bridge from the internet');
    expect((await renderExample('cloud-published')).stderr).toContain(
      'system updates and image downloads will fail',
    );
    expect((await renderExample('selfhost')).stderr).toContain('A records');
  });
});

test('--out writes the file and says how it gets into the router', async () => {
  const file = join(dir, 'outdial.rsc');
  const run = await runCli([...EXAMPLES.cloud.typed, '--out', file], EXAMPLES.cloud.env, dir);
  expect(run).toMatchObject({
    code: 0,
    stdout: '',
    stderr: expect.stringContaining('/import file-name=outdial.rsc'),
  });
  expect(readFileSync(file, 'utf8')).toBe(readFileSync(golden('cloud'), 'utf8'));
});

test('a file that cannot be written is one sentence', async () => {
  const run = await runCli([...UNDO, '--out', join(dir, 'none', 'x.rsc')], {}, dir);
  expect(run).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^Cannot write .*ENOENT.*\n$/),
  });
});

test('what is wrong is told at once, and nothing is written', async () => {
  const file = join(dir, 'outdial.rsc');
  const typed = ['firewall', 'render', '--router', 'mikrotik', '--profile', 'cloud', '--out', file];
  const run = await runCli([...typed, '--allow-from', '0.0.0.0/0'], { LIVEKIT_URL: 'ws://lk.lan' }, dir);
  expect(run).toMatchObject({ code: 1, stdout: '' });
  for (const part of ['--profile selfhost', '--bridge-address is missing', 'nearly the whole internet']) {
    expect(run.stderr).toContain(part);
  }
  expect(() => readFileSync(file)).toThrow('ENOENT');
});

test.each([
  [['firewall', 'render', '--profile', 'cloud']],
  [['firewall', 'render', '--router', 'cisco', '--profile', 'cloud']],
  [['firewall', 'render', '--router', 'mikrotik', '--profile', 'lan']],
  [['firewall', 'render', '--router', 'mikrotik', '--profile', 'cloud', '--public-port', 'x']],
  [[...UNDO, '--profile', 'cloud']],
  [[...UNDO, '--allow-from', '203.0.113.5']],
])('%j is a wrong command line', async (args) => {
  const run = await runCli(args, EXAMPLES.cloud.env, dir);
  expect(run).toMatchObject({ code: 2, stdout: '' });
});

test('a missing profile is explained', async () => {
  const run = await runCli(['firewall', 'render', '--router', 'mikrotik'], EXAMPLES.cloud.env, dir);
  expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining('cloud with LiveKit Cloud') });
});
