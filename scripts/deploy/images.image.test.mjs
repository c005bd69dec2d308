import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { toolsBin } from '../setup/paths.mjs';
import { stepsOf } from './dockerfile.mjs';
import { freePort } from './free-port.mjs';
import { buildFolder, copyContext, inFolder, isRoot, NODE_UID } from './image-folder.mjs';

/** @typedef {import('./image-folder.mjs').ImageFolder} ImageFolder */

const SETTINGS = {
  LIVEKIT_URL: 'ws://127.0.0.1:9',
  LIVEKIT_API_KEY: 'APIacme',
  LIVEKIT_API_SECRET: 'a-secret-of-the-project-of-32-characters',
  AGENT_REPORT_SECRET: 'a-secret-of-both-apps-of-32-characters',
  SIP_TRUNK_ID: 'ST_acme',
  CARTESIA_API_KEY: 'sk_acme',
  OPENAI_API_KEY: 'sk-acme',
};
const LIMIT_MS = 180_000;

const dir = mkdtempSync(join(tmpdir(), 'outdial-images-'));
const context = join(dir, 'context');
/** @type {import('node:child_process').ChildProcess[]} */
const children = [];
let store = '';

beforeAll(() => {
  chmodSync(dir, 0o755); // the images' user has to get in
  copyContext(context);
  store = spawnSync(join(toolsBin, 'pnpm'), ['store', 'path'], { encoding: 'utf8' }).stdout.trim();
});

afterAll(() => {
  for (const { pid } of children) {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // it has ended
    }
  }
  rmSync(dir, { recursive: true, force: true });
});

/** @param {string} stage */
const build = (stage) => {
  const image = buildFolder({ stage, context, dir, store });
  if (isRoot) chownSync(join(image.root, 'tmp'), NODE_UID, NODE_UID);
  return image;
};

/**
 * Starts a command in an image's folder as the image's user, with nothing of this process' environment.
 * @param {ImageFolder} image
 * @param {string[]} command
 * @param {Record<string, string>} env
 */
const start = (image, [program = '', ...args], env) => {
  const child = spawn(program, args, {
    cwd: image.cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(isRoot ? { uid: NODE_UID, gid: NODE_UID } : {}),
    env: {
      ...image.env,
      PATH: `${join(image.root, 'usr/local/bin')}:/usr/bin:/bin`,
      TMPDIR: join(image.root, 'tmp'),
      ...env,
    },
  });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  const ended = once(child, 'close').then(([code]) => /** @type {number | null} */ (code));
  return { child, ended, output: () => output };
};

/**
 * @param {string} stage
 * @param {string} keyword
 * @returns {string[]} the words of its JSON form
 */
const commandOf = (stage, keyword) => {
  const text = stepsOf(stage).findLast((step) => step.keyword === keyword)?.text ?? '';
  return JSON.parse(text.slice(text.indexOf('[')));
};

/**
 * @param {string} stage
 * @param {ImageFolder} image
 * @param {string} port the one in the image
 * @param {number} here the one that is used here
 */
const isHealthy = async (stage, image, port, here) => {
  const command = commandOf(stage, 'HEALTHCHECK').map((word) => word.replace(port, String(here)));
  return (await start(image, command, {}).ended) === 0;
};

/** @param {() => void | Promise<void>} check */
const eventually = (check) => vi.waitFor(check, { timeout: 40_000, interval: 200 });

describe('a step of the Dockerfile', () => {
  test('is carried out below its folder', () => {
    expect(inFolder('mkdir -p /data/a && ls > /usr/local/bin/b', '/tmp/x')).toBe(
      'mkdir -p /tmp/x/data/a && ls > /tmp/x/usr/local/bin/b',
    );
  });

  test("is refused when it names the machine's own files", () => {
    expect(() => inFolder('rm -rf /etc/ssl', '/tmp/x')).toThrow('/etc/ssl');
  });
});

describe('the image of the bridge', () => {
  test(
    'comes up from its own install, is healthy, holds the command line and stops in order',
    async () => {
      const image = build('bridge');
      const port = await freePort();
      const secret = 'a-key-for-the-test-of-32-characters';
      const bridge = start(image, commandOf('bridge', 'CMD'), {
        ...SETTINGS,
        BRIDGE_API_KEYS: `test:${secret}`,
        BRIDGE_HOST: '127.0.0.1',
        BRIDGE_PORT: String(port),
      });
      await eventually(() => expect(bridge.output()).toContain('bridge ready'));
      expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
      expect(await isHealthy('bridge', image, '8080', port)).toBe(true);

      const cli = start(image, ['outdial', 'calls', '--json'], {
        BRIDGE_URL: `http://127.0.0.1:${port}`,
        OUTDIAL_API_KEY: secret,
      });
      expect(await cli.ended, cli.output()).toBe(0);
      expect(existsSync(join(image.root, 'data/recordings'))).toBe(true);

      bridge.child.kill('SIGTERM');
      expect(await bridge.ended, bridge.output()).toBe(0);
      expect(await isHealthy('bridge', image, '8080', port)).toBe(false);
    },
    LIMIT_MS,
  );
});

describe('the image of the agent', () => {
  test(
    'says everything that is missing, and comes up with it',
    async () => {
      const image = build('agent');
      const command = commandOf('agent', 'CMD');
      const bare = start(image, command, {});
      expect(await bare.ended).toBe(1);
      for (const name of ['LIVEKIT_URL', 'LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET', 'AGENT_REPORT_SECRET']) {
        expect(bare.output()).toContain(`${name} is not set`);
      }

      const port = await freePort();
      const agent = start(image, command, { ...SETTINGS, AGENT_HEALTH_PORT: String(port) });
      // Its LiveKit is not there: the worker's health port answers, and says so.
      await eventually(async () => {
        const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => null);
        expect(answer?.status, agent.output()).toBe(503);
      });
      expect(agent.output()).toContain('agent starting');
      expect(await isHealthy('agent', image, '8081', port)).toBe(false);
    },
    LIMIT_MS,
  );

  test('holds no tests, no lab and no command line', () => {
    const app = join(dir, 'agent', 'app');
    for (const gone of ['apps/agent/safety', 'packages/lab/src', 'apps/cli/src', 'e2e/test', 'scripts']) {
      expect(existsSync(join(app, gone)), gone).toBe(false);
    }
    expect(readFileSync(join(app, 'apps/agent/src/main.ts'), 'utf8')).not.toBe('');
    expect(existsSync(join(app, 'apps/agent/src/drain.test.ts'))).toBe(false);
  });
});

describe('the image of the lab', () => {
  test(
    'has every module that its program loads',
    async () => {
      // Its Go programs take minutes to build, and are what npm start uses anyway: not here.
      const image = build('lab-dependencies');
      for (const folder of ['packages', 'apps']) {
        cpSync(join(context, folder), join(image.cwd, folder), { recursive: true });
      }
      const load = "import('./packages/lab/src/index.ts').then(() => console.log('loaded'))";
      const lab = start(image, ['node', '-e', load], {});
      expect(await lab.ended, lab.output()).toBe(0);
      expect(lab.output()).toContain('loaded');
    },
    LIMIT_MS,
  );
});
