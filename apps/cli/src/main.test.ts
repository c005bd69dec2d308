import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { refusal, startFakeBridge } from '../test/fake-bridge.ts';
import { API_KEY, runAgainst, runCli } from '../test/run-cli.ts';

const EMPTY = { status: 200, body: { data: [], next: null } };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outdial-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a wrong command line ends with 2 and asks nothing', async () => {
  for (const args of [
    [],
    ['bogus'],
    ['call'],
    ['call', '0491', '570', '156'],
    ['call', '0491570156', '--max-attempts', 'x'],
    ['call', '0491570156', '--dry-run', '--wait'],
    ['calls', 'show'],
    ['calls', 'show', '../callbacks'],
    ['calls', 'show', 'call_1', '--status', 'busy'],
    ['callbacks', '--status', 'gone'],
    ['callbacks', 'replay'],
    ['callbacks', 'replay', 'cb_1', '--dead'],
  ]) {
    const { code, stdout, stderr, bridge } = await runAgainst(() => EMPTY, ...args);
    expect({ args, code, stdout, asked: bridge.received }).toEqual({ args, code: 2, stdout: '', asked: [] });
    expect(stderr).not.toContain('    at ');
  }
});

test('help is no error and needs no key', async () => {
  const help = await runCli(['--help'], {});
  expect(help.code).toBe(0);
  for (const text of ['call ', 'calls ', 'callbacks ', 'BRIDGE_URL', 'OUTDIAL_API_KEY']) {
    expect(help.stdout).toContain(text);
  }
  expect(await runCli(['callbacks', 'replay', '--help'], {})).toMatchObject({ code: 0, stderr: '' });
});

// Says on stderr each module of LiveKit's that is loaded.
const TELL_LIVEKIT = `import { registerHooks } from 'node:module';
registerHooks({
  load: (url, context, next) => {
    if (/livekit-server-sdk|@livekit/.test(url)) console.error(url);
    return next(url, context);
  },
});`;

test('LiveKit’s SDK is loaded by what speaks to LiveKit, and not at every start', async () => {
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(TELL_LIVEKIT)}`;
  const plan = await runCli(['trunk', 'plan'], { NODE_OPTIONS }, folder);
  expect(plan.stderr).toContain('livekit-server-sdk');
  expect(await runCli(['--help'], { NODE_OPTIONS }, folder)).toMatchObject({ code: 0, stderr: '' });
});

test('without OUTDIAL_API_KEY it says where to get one', async () => {
  const run = await runCli(['calls'], {}, folder);
  expect(run).toMatchObject({ code: 1, stdout: '' });
  expect(run.stderr).toContain('OUTDIAL_API_KEY is not set');
  expect(run.stderr).toContain('BRIDGE_API_KEYS');
});

test('key and address are read from .env.local and .env', async () => {
  const bridge = await startFakeBridge(() => EMPTY);
  writeFileSync(join(folder, '.env'), `BRIDGE_URL=${bridge.url}/\nOUTDIAL_API_KEY=another\n`);
  writeFileSync(join(folder, '.env.local'), `OUTDIAL_API_KEY=${API_KEY}\n`);
  const run = await runCli(['calls'], {}, folder);
  await bridge.close();
  expect(run).toEqual({ code: 0, stdout: 'No calls.\n', stderr: '' });
  expect(bridge.lines()).toEqual(['GET /calls']);
  expect(bridge.received[0]?.headers).toMatchObject({ authorization: `Bearer ${API_KEY}` });
});

test('a bridge that is away is one sentence that names BRIDGE_URL', async () => {
  const bridge = await startFakeBridge(() => EMPTY);
  await bridge.close();
  const run = await runCli(['calls'], { BRIDGE_URL: bridge.url, OUTDIAL_API_KEY: API_KEY });
  expect(run).toEqual({
    code: 1,
    stdout: '',
    stderr: `Cannot reach the bridge at ${bridge.url} (ECONNREFUSED); is it running? If it is elsewhere, set BRIDGE_URL.\n`,
  });
});

test('a refusal of the bridge is its own message', async () => {
  const run = await runAgainst(() => refusal(403, 'This key lacks the scope read.'), 'calls', '--json');
  expect(run).toMatchObject({ code: 1, stdout: '', stderr: 'This key lacks the scope read.\n' });
});

test.each([
  ['an error page', { status: 502, body: '<html>' }],
  ['a page', { status: 200, body: '<html>' }],
  ['another place', { status: 301, body: '' }],
])('%s is not taken for an answer', async (_name, reply) => {
  const { code, stderr, bridge } = await runAgainst(() => reply, 'call', '0491570156');
  expect(code).toBe(1);
  expect(stderr).toBe(
    `${bridge.url} answered ${reply.status}, and not as a bridge does; check BRIDGE_URL.\n`,
  );
  expect(bridge.lines()).toEqual(['POST /dispatch']);
});

test('a request whose connection breaks is not sent a second time', async () => {
  const { code, bridge } = await runAgainst(() => 'cut', 'call', '0491570156');
  expect(code).toBe(1);
  expect(bridge.lines()).toEqual(['POST /dispatch']);
});
