import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockDataDir } from '../src/adapters/postgres/data-dir-lock.ts';
import { openDatabase } from '../src/adapters/postgres/database.ts';

const MAIN = join(import.meta.dirname, '../src/main.ts');
const SECRET = 'n8n-secret-0123456789-0123456789-0123456789';
const AGENT_SECRET = 'agent-secret-0123456789-0123456789-01234567';
const SLOW = 120_000;

/** The bridge as a process of its own. */
type Bridge = {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exited: Promise<number | null>;
};

let folder: string;
let bridges: Bridge[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outdial-main-'));
  bridges = [];
});
afterEach(async () => {
  for (const bridge of bridges) {
    bridge.child.kill('SIGKILL');
    await bridge.exited;
  }
  rmSync(folder, { recursive: true, force: true });
});

const start = (change: Record<string, string> = {}, ...args: string[]): Bridge => {
  let output = '';
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      LIVEKIT_URL: 'ws://127.0.0.1:7880',
      LIVEKIT_API_KEY: 'key',
      LIVEKIT_API_SECRET: 'secret-of-livekit-0123456789-0123456789',
      BRIDGE_API_KEYS: `n8n:${SECRET}`,
      AGENT_REPORT_SECRET: AGENT_SECRET,
      BRIDGE_PORT: '0',
      ALLOW_FICTITIOUS_NUMBERS: 'true',
      SIP_FROM_IDENTITY: 'LiveKitNehosHosted',
      ...change,
    },
  });
  child.stdout.on('data', (data) => {
    output += data;
  });
  child.stderr.on('data', (data) => {
    output += data;
  });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const bridge = { child, output: () => output, exited };
  bridges.push(bridge);
  return bridge;
};

/** Waits until the bridge has written this; fails with what it wrote if it ends before. */
const written = async (bridge: Bridge, text: string): Promise<void> => {
  while (!bridge.output().includes(text)) {
    const more = await Promise.race([
      once(bridge.child.stdout as NodeJS.ReadableStream, 'data'),
      bridge.exited.then(() => null),
    ]);
    if (more === null && !bridge.output().includes(text))
      throw new Error(`The bridge ended:\n${bridge.output()}`);
  }
};

const ready = async (bridge: Bridge): Promise<string> => {
  await written(bridge, 'bridge ready');
  const url = /"url":"([^"]+)"/.exec(bridge.output())?.[1];
  if (url === undefined) throw new Error(bridge.output());
  return url;
};

const dispatch = (url: string, key: string) =>
  fetch(`${url}/dispatch`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${SECRET}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify({ destination: '0491 570 156' }),
  });

test('an environment with faults stops the start and names them all', async () => {
  const bridge = start({ LIVEKIT_URL: '', BRIDGE_PORT: 'x' });
  expect(await bridge.exited).toBe(1);
  expect(bridge.output()).toContain('LIVEKIT_URL is not set');
  expect(bridge.output()).toContain('BRIDGE_PORT');
  expect(bridge.output()).not.toContain('    at ');
});

test.each([
  ['Postgres that is away', { DATABASE_URL: 'postgres://u:hunter2@127.0.0.1:1/x' }, 'ECONNREFUSED'],
  ['an address that is none', { DATABASE_URL: 'postgres://u:hunter2@[bad/x' }, 'Invalid URL'],
  ['a folder of playbooks that is not there', { PLAYBOOKS_DIR: '/nowhere/playbooks' }, 'check PLAYBOOKS_DIR'],
  ['a DATA_DIR that is a file', { DATA_DIR: MAIN }, 'DATA_DIR cannot be used'],
])('%s is said in one sentence', async (_name, change, reason) => {
  const bridge = start(change);
  expect(await bridge.exited).toBe(1);
  expect(bridge.output()).toContain(reason);
  expect(bridge.output()).not.toMatch(/hunter2|\n {4}at /);
});

test(
  'a signal before the bridge is ready ends it in order',
  async () => {
    const bridge = start();
    await written(bridge, 'database ready');
    bridge.child.kill('SIGTERM');
    expect(await bridge.exited).toBe(0);
    expect(bridge.output()).toContain('bridge stopped');
  },
  SLOW,
);

test(
  'a broken playbook does not stop the start; each of its problems is told',
  async () => {
    mkdirSync(join(folder, 'playbooks'));
    writeFileSync(join(folder, 'playbooks/bad.md'), '---\ngreeting: 5\nvoise: x\n---\nHelp.\n');
    const bridge = start();
    await ready(bridge);
    expect(bridge.output()).toContain('bad.md:2: greeting');
    expect(bridge.output()).toContain('bad.md:3: voise');
  },
  SLOW,
);

test(
  'a port that is taken is said plainly',
  async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const bridge = start({ BRIDGE_PORT: String((other.address() as { port: number }).port) });
    expect(await bridge.exited).toBe(1);
    expect(bridge.output()).toContain('set BRIDGE_PORT');
    // No call was started by a bridge that never was one.
    expect(bridge.output()).not.toMatch(/dispatch|"clock"/);
    other.close();
  },
  SLOW,
);

test(
  'a killed bridge loses nothing and leaves the folder to the next; two at once are refused',
  async () => {
    const first = start();
    const accepted = await (await dispatch(await ready(first), 'k1')).json();

    const second = start();
    expect(await second.exited).toBe(1);
    expect(second.output()).toContain(`pid ${first.child.pid}`);

    first.child.kill('SIGKILL');
    await first.exited;
    const third = start();
    const again = await (await dispatch(await ready(third), 'k1')).json();
    expect(again).toMatchObject({ id: (accepted as { id: string }).id, replayed: true });
  },
  SLOW,
);

/** A LiveKit that takes a request and answers when it is told to. */
const slowLiveKit = async (): Promise<{
  server: Server;
  url: string;
  asked: Promise<void>;
  answer: () => void;
}> => {
  const [asked, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const server = createServer(async (request, response) => {
    asked.resolve();
    await answer.promise;
    response.setHeader('content-type', 'application/json');
    response.end(request.url?.endsWith('CreateDispatch') ? '{"id":"AD_slow"}' : '{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return { server, url: `ws://127.0.0.1:${port}`, asked: asked.promise, answer: answer.resolve };
};

test(
  'SIGTERM: readiness is 503 at once, what is under way is finished, the folder is free',
  async () => {
    const livekit = await slowLiveKit();
    const bridge = start({ LIVEKIT_URL: livekit.url });
    const url = await ready(bridge);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const { id } = (await (await dispatch(url, 'k1')).json()) as { id: string };
    await livekit.asked;

    bridge.child.kill('SIGTERM');
    await written(bridge, 'stopping');
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    expect((await dispatch(url, 'k2')).status).toBe(503);
    livekit.answer();
    expect(await bridge.exited).toBe(0);
    expect(bridge.output()).toContain('"dispatchId":"AD_slow"');
    expect(bridge.output()).toContain('bridge stopped');

    // The lock is free and what LiveKit answered at the last moment was still written down.
    const dataDir = join(folder, 'data');
    const lock = lockDataDir(dataDir);
    const database = openDatabase({ type: 'folder', dataDir });
    const row = await database.db.selectFrom('calls').selectAll().where('id', '=', id).executeTakeFirst();
    expect(row).toMatchObject({ status: 'dispatched', dispatchId: 'AD_slow' });
    await database.close();
    lock.release();
    livekit.server.closeAllConnections();
    livekit.server.close();
  },
  SLOW,
);

test(
  'SIGTERM: a client that never ends its request does not hold up the end',
  async () => {
    const bridge = start();
    const { port } = new URL(await ready(bridge));
    const socket = connect(Number(port), '127.0.0.1');
    let heard = '';
    socket.on('data', (data) => {
      heard += data;
    });
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.write(
      `POST /dispatch HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${SECRET}\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{`,
    );
    bridge.child.kill('SIGTERM');
    expect(await bridge.exited).toBe(0);
    expect(bridge.output()).toContain('bridge stopped');
    // The request's own time limit would have been later.
    expect(heard).not.toContain('408');
    socket.destroy();
  },
  // Below the minute after which an idle connection ends by itself.
  SLOW / 3,
);

test(
  'a second signal does not wait',
  async () => {
    const livekit = await slowLiveKit();
    const bridge = start({ LIVEKIT_URL: livekit.url });
    await dispatch(await ready(bridge), 'k1');
    await livekit.asked;
    bridge.child.kill('SIGTERM');
    await written(bridge, 'stopping');
    bridge.child.kill('SIGINT');
    expect(await bridge.exited).toBe(1);
    expect(bridge.output()).not.toContain('bridge stopped');
    livekit.server.closeAllConnections();
    livekit.server.close();
  },
  SLOW,
);

test.each([
  ['an option that there is not', ['--restroe', 'x'], '--restore FILE'],
  ['a backup that is not there', ['--restore', '/nowhere.gz'], '/nowhere.gz'],
])('%s is said in one sentence', async (_name, args, reason) => {
  const bridge = start({}, ...args);
  expect(await bridge.exited).toBe(1);
  expect(bridge.output()).toContain(reason);
  expect(bridge.output()).not.toMatch(/\n {4}at /);
});

test(
  'a backup is restored into a fresh folder: the calls are there, none is dialled, and dialling is paused',
  async () => {
    const admin = { BRIDGE_API_KEYS: `n8n:${SECRET}:dispatch+read+admin` };
    const headers = { authorization: `Bearer ${SECRET}` };
    const first = start({ ...admin, MAX_CONCURRENT_CALLS: '1' });
    const url = await ready(first);
    const ids: string[] = [];
    for (const key of ['k1', 'k2']) {
      ids.push(((await (await dispatch(url, key)).json()) as { id: string }).id);
    }
    const answer = await fetch(`${url}/backup`, { method: 'POST', headers });
    const backup = join(folder, 'b.gz');
    writeFileSync(backup, Buffer.from(await answer.arrayBuffer()));

    const fresh = { ...admin, DATA_DIR: join(folder, 'fresh') };
    const restored = start(fresh, '--restore', backup);
    expect(await restored.exited).toBe(0);
    expect(restored.output()).toContain('backup restored');
    const again = start(fresh, '--restore', backup);
    expect(await again.exited).toBe(1);
    expect(again.output()).toContain('not empty');

    // A refused one says nothing of how the last run ended: the mark of a power cut stays.
    const mark = join(folder, 'fresh', 'boot.json');
    const before = readFileSync(mark, 'utf8');
    writeFileSync(mark, JSON.stringify({ boot: 'another', clean: false }));
    expect(await start(fresh, '--restore', backup).exited).toBe(1);
    expect(JSON.parse(readFileSync(mark, 'utf8'))).toEqual({ boot: 'another', clean: false });
    writeFileSync(mark, before);

    const second = start(fresh);
    const there = await ready(second);
    for (const id of ids) {
      const record = await (await fetch(`${there}/calls/${id}`, { headers })).json();
      expect(record).toMatchObject({ status: 'unknown', outcome: { end_reason: 'outcome_unknown' } });
    }
    const queue = await (await fetch(`${there}/queue`, { headers })).json();
    expect(queue).toMatchObject({ pause: { by: null }, live: 0, waiting: { due: 0 } });
    // Its key still answers with it, and does not dial anew.
    expect(await (await dispatch(there, 'k1')).json()).toMatchObject({ id: ids[0], replayed: true });
    expect((await dispatch(there, 'k3')).status).toBe(403);
    expect(second.output()).not.toContain('call dispatched');
  },
  SLOW,
);
