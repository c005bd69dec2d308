import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { loadEnvironment } from '@outdial/runtime';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { agentConfigSchema } from '../../../agent/src/config.ts';
import { bridgeConfigSchema } from '../../../bridge/src/config.ts';
import { startFakeBridge } from '../../test/fake-bridge.ts';
import { type FakeLiveKit, startFakeLiveKit } from '../../test/fake-livekit.ts';
import { acceptedCall, completedCall } from '../../test/records.ts';
import { MAIN, runCli } from '../../test/run-cli.ts';

const base = () => `http://127.0.0.1:${(providers.address() as AddressInfo).port}`;
/** No bridge runs, and Cartesia is here. */
const env = () => ({ BRIDGE_URL: 'http://127.0.0.1:1', CARTESIA_BASE_URL: base() });
const KEY = 'canary-cartesia';

let folder: string;
let livekit: FakeLiveKit;
let providers: Server;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outdial-setup-'));
  livekit = await startFakeLiveKit();
  providers = await startProviders();
});
afterEach(async () => {
  await livekit.close();
  providers.close();
  rmSync(folder, { recursive: true, force: true });
});

const written = (): Record<string, string | undefined> =>
  parseEnv(readFileSync(join(folder, '.env.local'), 'utf8'));

/** Cartesia with one key and the voices but `gone`, and an OpenAI-compatible server, in one. */
const startProviders = async (): Promise<Server> => {
  const server = createServer((request, response) => {
    const known = request.url === '/v1/models' || request.headers['x-api-key'] === KEY;
    response.writeHead(known ? (request.url === '/voices/gone' ? 404 : 200) : 401).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

/** Every question in order, each line an answer. */
const answers = (change: Record<string, string> = {}): string => {
  const lines = {
    url: livekit.env.LIVEKIT_URL,
    key: livekit.env.LIVEKIT_API_KEY,
    secret: livekit.env.LIVEKIT_API_SECRET,
    host: '127.0.0.1:5060',
    transport: '',
    login: 'office',
    password: 'canary-password',
    number: '+61255500199',
    name: 'Our Office',
    allowed: '',
    cartesia: KEY,
    openai: '',
    server: `${base()}/v1`,
    hours: '',
    hosts: 'localhost',
    trunk: 'y',
    apply: 'y',
    ...change,
  };
  return `${Object.values(lines).join('\n')}\n`;
};

test('from nothing to a file that bridge and agent can start with, and a trunk', async () => {
  const run = await runCli(['setup'], env(), folder, answers());
  expect(run).toMatchObject({ code: 0, stdout: '' });
  const { BRIDGE_API_KEYS, OUTDIAL_API_KEY, AGENT_REPORT_SECRET, CALLBACK_SIGNING_SECRET, ...rest } =
    written();
  expect(rest).toEqual({
    ...livekit.env,
    SIP_TRUNK_HOST: '127.0.0.1:5060',
    SIP_TRUNK_TRANSPORT: 'udp',
    SIP_TRUNK_USERNAME: 'office',
    SIP_TRUNK_PASSWORD: 'canary-password',
    SIP_FROM_NUMBER: '+61255500199',
    SIP_DISPLAY_NAME: 'Our Office',
    CALLER_IDS_ALLOWED: '+61255500199',
    CALLBACK_ALLOWED_HOSTS: 'localhost',
    SIP_TRUNK_ID: 'ST_fake1',
    CARTESIA_API_KEY: KEY,
    OPENAI_BASE_URL: `${base()}/v1`,
  });
  const settings = loadEnvironment(folder, {});
  for (const schema of [bridgeConfigSchema, agentConfigSchema]) {
    expect(schema.safeParse(settings).error).toBeUndefined();
  }
  expect(BRIDGE_API_KEYS).toContain(OUTDIAL_API_KEY);
  expect([AGENT_REPORT_SECRET, CALLBACK_SIGNING_SECRET]).not.toContain(undefined);
  expect(statSync(join(folder, '.env.local')).mode & 0o777).toBe(0o600);
  expect(run.stderr).toContain('LiveKit takes the key');
  expect(run.stderr).toContain('pnpm outdial call');
  for (const secret of [
    'canary-password',
    livekit.env.LIVEKIT_API_SECRET,
    AGENT_REPORT_SECRET,
    OUTDIAL_API_KEY,
  ]) {
    expect(run.stderr).not.toContain(secret);
  }
});

test('a second run keeps everything and changes nothing', async () => {
  await runCli(['setup'], env(), folder, answers());
  const before = readFileSync(join(folder, '.env.local'), 'utf8');
  livekit.changes.length = 0;
  const again = await runCli(['setup', '--yes', '--trunk'], env(), folder);
  expect(again.code).toBe(0);
  expect(again.stderr).toContain('nothing to do');
  expect(readFileSync(join(folder, '.env.local'), 'utf8')).toBe(before);
  expect(readdirSync(folder)).toEqual(['.env.local']);
  expect(livekit.changes).toEqual([]);
});

test('whoever stops in the middle goes on from there', async () => {
  writeFileSync(join(folder, '.env.local'), '# mine\nPOSTGRES_PASSWORD=x\n');
  const [url, key, secret] = answers().split('\n');
  const stopped = await runCli(['setup'], env(), folder, `${url}\n${key}\n${secret}\n127.0.0.1\n`);
  expect(stopped).toMatchObject({ code: 1 });
  expect(stopped.stderr).toContain('run it again to go on');
  expect(written()).toEqual({ POSTGRES_PASSWORD: 'x', ...livekit.env });
  expect(readFileSync(join(folder, '.env.local'), 'utf8')).toContain('# mine\n');

  const rest = answers({ url: '', key: '', secret: '', trunk: 'n' });
  expect(await runCli(['setup'], env(), folder, rest)).toMatchObject({ code: 0 });
  expect(written()).toMatchObject({
    POSTGRES_PASSWORD: 'x',
    ...livekit.env,
    SIP_FROM_NUMBER: '+61255500199',
  });
});

test('an answer that does not work is told at once, and asked again', async () => {
  // What follows the third question: yes to asking again, then all three anew.
  const lines = answers({ cartesia: 'wrong-key', server: `${base()}/v1\ny\n${KEY}\n\n`, trunk: 'n' });
  const run = await runCli(['setup'], env(), folder, lines);
  expect(run.code).toBe(0);
  expect(run.stderr).toMatch(
    /✗ Cartesia refuses the key \(401\)[\s\S]*✓ Cartesia takes the key and has the voice/,
  );
  expect(written().CARTESIA_API_KEY).toBe(KEY);

  const voice = await runCli(['setup', '--yes'], { ...env(), CARTESIA_VOICE_ID: 'gone' }, folder);
  expect(voice.code).toBe(1);
  expect(voice.stderr).toContain('has no voice gone');
});

test('a LiveKit of one’s own without models is told', async () => {
  const run = await runCli(['setup'], env(), folder, answers({ cartesia: '', server: '\nn', trunk: 'n' }));
  expect(run.code).toBe(1);
  expect(run.stderr).toContain('it needs CARTESIA_API_KEY for voice and hearing, and OPENAI_API_KEY or');
});

test('without questions, what is needed and not given is named', async () => {
  const set = (values: Record<string, string>) =>
    Object.entries(values).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const run = await runCli(['setup', '--yes', ...set(livekit.env)], env(), folder);
  expect(run).toMatchObject({ code: 1 });
  expect(run.stderr).toContain('SIP_TRUNK_HOST: It is needed. Give it with --set SIP_TRUNK_HOST=…');
  const carrier = {
    SIP_TRUNK_HOST: '127.0.0.1',
    SIP_FROM_NUMBER: '+61255500199',
    CARTESIA_API_KEY: KEY,
    OPENAI_BASE_URL: `${base()}/v1`,
  };
  expect(await runCli(['setup', '--yes', ...set(carrier)], env(), folder)).toMatchObject({ code: 0 });
  expect(written()).toMatchObject({ ...livekit.env, ...carrier });
  expect(await runCli(['setup', '--set', 'DATA_DIR=x'], {}, folder)).toMatchObject({ code: 2 });
});

test('a value that the shell holds, too, is told', async () => {
  const run = await runCli(
    ['setup'],
    { ...env(), SIP_TRUNK_HOST: 'localhost' },
    folder,
    answers({ trunk: 'n' }),
  );
  expect(run.code).toBe(0);
  expect(run.stderr).toContain('SIP_TRUNK_HOST: also set in the environment of this shell');
});

test('after an answer that did not work nobody is called', async () => {
  const bridge = await startFakeBridge(({ path }) =>
    path === '/dispatch'
      ? { status: 202, body: acceptedCall() }
      : { status: 200, body: path === '/readyz' ? { status: 'up' } : completedCall },
  );
  onTestFinished(() => bridge.close());
  const settings = { ...env(), ...livekit.env, BRIDGE_URL: bridge.url, CARTESIA_API_KEY: 'wrong' };
  const carrier = {
    SIP_TRUNK_HOST: '127.0.0.1',
    SIP_FROM_NUMBER: '+61255500199',
    OPENAI_BASE_URL: `${base()}/v1`,
  };
  const call = ['setup', '--yes', '--call', '0491 570 156'];
  const wrong = await runCli(call, { ...settings, ...carrier }, folder);
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toContain('did not work');
  expect(bridge.received.filter(({ path }) => path === '/dispatch')).toEqual([]);
  const right = await runCli(call, { ...settings, ...carrier, CARTESIA_API_KEY: KEY }, folder);
  expect(right.code).toBe(0);
  expect(bridge.received.filter(({ path }) => path === '/dispatch')).toHaveLength(1);
});

test('with a bridge that runs it ends with a call', async () => {
  const bridge = await startFakeBridge(({ path }) =>
    path === '/dispatch'
      ? { status: 202, body: acceptedCall() }
      : { status: 200, body: path === '/readyz' ? { status: 'up' } : completedCall },
  );
  onTestFinished(() => bridge.close());
  const lines = `${answers({ trunk: 'n', apply: '0491 570 156' })}`;
  const run = await runCli(['setup'], { ...env(), BRIDGE_URL: bridge.url }, folder, lines);
  expect(run.code).toBe(0);
  expect(run.stdout).toContain('completed (callee_hangup)');
  expect(bridge.received.find(({ path }) => path === '/dispatch')?.body).toEqual({
    destination: '0491 570 156',
    idempotency_key: expect.stringMatching(/^setup-/),
  });
});

const script = '/usr/bin/script';

test.skipIf(!existsSync(script))('at a terminal a secret is not shown', async () => {
  const command = `${process.execPath} ${MAIN} setup`;
  const child = spawn(script, ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...env(), TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let screen = '';
  const shown = (text: string) =>
    new Promise<void>((resolve) => {
      const look = () => screen.includes(text) && resolve();
      child.stdout.on('data', look);
      look();
    });
  child.stdout.on('data', (data) => {
    screen += data;
  });
  const type = async (question: string, line: string) => {
    await shown(question);
    child.stdin.write(`${line}\r`);
  };
  await type('Address', livekit.env.LIVEKIT_URL ?? '');
  await type('API key:', livekit.env.LIVEKIT_API_KEY ?? '');
  await type('API secret:', livekit.env.LIVEKIT_API_SECRET ?? '');
  await shown('LiveKit takes the key');
  await type('Host, or host:port', '\u0003');
  const [code] = await once(child, 'close');
  expect(code).toBe(1);
  expect(screen).toContain(livekit.env.LIVEKIT_URL);
  expect(screen).not.toContain(livekit.env.LIVEKIT_API_SECRET);
  expect(screen).toContain('run it again to go on');
  expect(written()).toMatchObject(livekit.env);
});
