import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { labBin } from '../setup/paths.mjs';
import { resolveCompose } from './compose.mjs';
import { freePort } from './free-port.mjs';
import { BUILD_LIMIT_MS, buildCheck, noGo } from './go-checks.mjs';

/** The programs of the profile selfhost are those of the lab, started with what the compose file gives them. */
const missing = ['livekit-server', 'livekit-sip'].filter((name) => !existsSync(join(labBin, name)));
const skipped =
  noGo() ?? (missing.length > 0 ? `${missing.join(' and ')} is not built: npm test builds it` : null);

const ENV = {
  LIVEKIT_URL: 'ws://livekit-server:7880',
  LIVEKIT_API_KEY: 'APIacme',
  LIVEKIT_API_SECRET: 'a-secret-of-the-project-of-32-characters',
  REDIS_PASSWORD: 'a-password-of-redis',
};
/** The channel on which livekit-sip takes requests to dial. */
const DIAL_CHANNEL = 'SIPInternal|CreateSIPParticipant|REQ';

const dir = mkdtempSync(join(tmpdir(), 'outdial-selfhost-'));
const socket = join(dir, 'run/redis.sock');
/** @type {import('node:child_process').ChildProcess[]} */
const children = [];
/** @type {Record<string, import('./compose.mjs').Service>} */
let services = {};

beforeAll(() => {
  for (const folder of ['run', 'data', 'tmp']) mkdirSync(join(dir, folder));
  if (skipped !== null) return;
  services = resolveCompose(buildCheck('compose', '.'), { env: ENV, profiles: ['selfhost'] }).services;
}, BUILD_LIMIT_MS);

afterAll(async () => {
  for (const child of children.reverse()) {
    const ended = once(child, 'close');
    if (child.exitCode === null && child.kill('SIGKILL')) await ended;
  }
  rmSync(dir, { recursive: true });
});

/**
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string | null>} env
 */
const start = (command, args, env) => {
  const child = spawn(command, args, {
    cwd: dir,
    env: { PATH: process.env.PATH, .../** @type {Record<string, string>} */ (env) },
  });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  return { child, output: () => output };
};

/** Redis' own command, with its folders here. */
const redisCommand = () => {
  const [shell = '', ...args] = services.redis?.command ?? [];
  const here = args.map((arg) =>
    arg.replace(/(\/tmp\/|\/run\/redis\/|\/data\b)/g, (path) =>
      join(dir, path.replace('/run/redis', '/run')),
    ),
  );
  return /** @type {const} */ ([shell, here]);
};

/** @param {string[]} args */
const askRedis = (...args) =>
  spawnSync('redis-cli', ['-s', socket, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, REDISCLI_AUTH: ENV.REDIS_PASSWORD },
  }).stdout.trim();

describe.skipIf(skipped)('the profile selfhost', () => {
  test('does not start Redis without a password', async () => {
    const redis = start(...redisCommand(), { REDIS_PASSWORD: '' });
    await once(redis.child, 'close');
    expect(redis.child.exitCode).toBe(1);
    expect(redis.output()).toContain('REDIS_PASSWORD is not set');
  });

  test('has its three programs meet over the socket, with the configuration of the compose file', async () => {
    const wait = { timeout: 30_000, interval: 100 };
    const redis = start(...redisCommand(), services.redis?.environment ?? {});
    await vi.waitFor(() => expect(askRedis('ping'), redis.output()).toBe('PONG'), wait);
    expect(spawnSync('redis-cli', ['-s', socket, 'ping'], { encoding: 'utf8' }).stdout).toContain('NOAUTH');
    expect(askRedis('config', 'get', 'port')).toBe('port\n0');

    const port = await freePort();
    const { LIVEKIT_CONFIG, ...server } = services['livekit-server']?.environment ?? {};
    const serverConfig = parse(LIVEKIT_CONFIG ?? '');
    const livekit = start(join(labBin, 'livekit-server'), [], {
      ...server,
      // The same, on free ports of the loopback.
      LIVEKIT_CONFIG: stringify({
        ...serverConfig,
        port,
        bind_addresses: ['127.0.0.1'],
        redis: { ...serverConfig.redis, address: socket },
        rtc: {
          ...serverConfig.rtc,
          tcp_port: 0,
          udp_port: await freePort(),
          node_ip: '127.0.0.1',
          interfaces: { includes: ['lo'] },
        },
      }),
    });
    await vi.waitFor(async () => {
      expect((await fetch(`http://127.0.0.1:${port}/`)).status, livekit.output()).toBe(200);
    }, wait);

    const { SIP_CONFIG_BODY, ...sip } = services['livekit-sip']?.environment ?? {};
    const sipConfig = parse(SIP_CONFIG_BODY ?? '');
    const gateway = start(join(labBin, 'livekit-sip'), [], {
      ...sip,
      SIP_CONFIG_BODY: stringify({
        ...sipConfig,
        ws_url: `ws://127.0.0.1:${port}`,
        redis: { ...sipConfig.redis, address: socket },
        sip_port: await freePort(),
        listen_ip: '127.0.0.1',
        use_external_ip: false,
        nat_1_to_1_ip: '127.0.0.1',
      }),
    });
    await vi.waitFor(() => {
      expect(askRedis('pubsub', 'numsub', DIAL_CHANNEL), gateway.output()).toBe(`${DIAL_CHANNEL}\n1`);
    }, wait);
  }, 120_000);
});
