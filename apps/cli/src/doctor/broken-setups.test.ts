import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAgentMark } from '@outdial/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type HealthySetup, startHealthySetup, TRUNK } from '../../test/healthy-setup.ts';
import { certificate, type LocalServer, startHttp, startTls, unusedPort } from '../../test/local-server.ts';
import { completedCall } from '../../test/records.ts';
import { CHECKS } from './checks.ts';
import { createContext } from './context.ts';
import { type Result, runChecks } from './run-checks.ts';

let setup: HealthySetup;
let servers: LocalServer[];
beforeEach(async () => {
  setup = await startHealthySetup();
  servers = [];
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await setup.close();
});

const kept = async (starting: Promise<LocalServer>): Promise<LocalServer> => {
  const server = await starting;
  servers.push(server);
  return server;
};

type Options = { readonly ca?: string; readonly livekitSip?: string };

const examine = async (options: Options = {}): Promise<readonly Result[]> => {
  const context = createContext({ env: setup.env, dir: setup.dir, timeoutMs: 2_000, ...options });
  return runChecks(CHECKS, context, () => {});
};

const of = (results: readonly Result[], verdict: string): string[] =>
  results.filter((result) => result.verdict === verdict).map(({ id }) => id);

test('where all is well nothing is found', async () => {
  const results = await examine();
  expect(results.filter(({ verdict }) => verdict === 'warn' || verdict === 'fail')).toEqual([]);
  expect(of(results, 'skipped').sort()).toEqual(['callback-host', 'region', 'sip-version']);
  expect(results.map(({ id }) => id)).toEqual(CHECKS.map(({ id }) => id));
});

test('it leaves nothing behind at LiveKit and asks the bridge for nothing that changes it', async () => {
  await examine();
  expect(setup.livekit.workers).toEqual([expect.stringMatching(/^outdial-doctor-[0-9a-f]{16}$/)]);
  expect(setup.bridge.received.filter(({ method }) => method === 'POST')).toMatchObject([
    { path: '/dispatch', body: {} },
    { path: '/callbacks/cb_doctor/replay', body: {} },
  ]);
});

/** A set-up in which one thing is broken, and the checks that name it; others may only say that they cannot look. */
type Broken = {
  readonly name: string;
  readonly spoil: () => void | Options | Promise<void | Options>;
  /** Checks that must find it, each with the verdict and words of what was seen. */
  readonly found: Readonly<Record<string, readonly ['fail' | 'warn', RegExp]>>;
};

const ended = (end_reason: string) => ({ ...completedCall, outcome: { ...(completedCall.outcome as object), end_reason } });

const BROKEN: readonly Broken[] = [
  {
    name: 'a secret of LiveKit is missing',
    spoil: () => void delete setup.env.LIVEKIT_API_SECRET,
    found: { 'bridge-environment': ['fail', /would not start/], 'agent-environment': ['fail', /would not start/] },
  },
  {
    name: 'a setting of the bridge is misspelt',
    spoil: () => void (setup.env.MAX_CONCURRENT_CALLS = 'four'),
    found: { 'bridge-environment': ['fail', /one problem/], 'agent-environment': ['fail', /one problem/] },
  },
  {
    name: 'the clock is ten minutes ahead',
    spoil: () => void (setup.livekit.state.behindMs = 600_000),
    found: { clock: ['fail', /(600|599|601) s ahead/] },
  },
  {
    name: 'the clock is half a minute behind',
    spoil: () => void (setup.livekit.state.behindMs = -30_000),
    found: { clock: ['warn', /(30|29|31) s behind/] },
  },
  {
    name: 'nothing listens at LIVEKIT_URL',
    spoil: async () => void (setup.env.LIVEKIT_URL = `ws://127.0.0.1:${await unusedPort()}`),
    found: { 'livekit-host': ['fail', /ECONNREFUSED/], 'livekit-key': ['fail', /ECONNREFUSED/] },
  },
  {
    name: 'the name of LIVEKIT_URL does not resolve',
    spoil: () => void (setup.env.LIVEKIT_URL = 'ws://livekit.invalid:7880'),
    found: { 'livekit-host': ['fail', /livekit\.invalid does not resolve/], 'livekit-key': ['fail', /No answer/] },
  },
  {
    name: 'the certificate of LiveKit has expired',
    spoil: async () => {
      setup.env.LIVEKIT_URL = `wss://localhost:${(await kept(startTls('expired'))).port}`;
      return { ca: certificate('expired') };
    },
    found: { 'livekit-host': ['fail', /CERT_HAS_EXPIRED.*2020-02-01/], 'livekit-key': ['fail', /No answer/] },
  },
  {
    name: 'the certificate of LiveKit is of an unknown authority',
    spoil: async () => void (setup.env.LIVEKIT_URL = `wss://localhost:${(await kept(startTls('valid'))).port}`),
    found: { 'livekit-host': ['fail', /SELF_SIGNED/], 'livekit-key': ['fail', /No answer/] },
  },
  {
    name: 'wss is asked of a server without TLS',
    spoil: () => void (setup.env.LIVEKIT_URL = setup.livekit.url.replace('ws:', 'wss:')),
    found: { 'livekit-host': ['fail', /TLS fails/], 'livekit-key': ['fail', /No answer/] },
  },
  {
    name: 'LiveKit refuses the key',
    spoil: () => void (setup.env.LIVEKIT_API_KEY = 'APIother'),
    found: { 'livekit-key': ['fail', /refused the key \(HTTP 401\)/] },
  },
  {
    name: 'livekit-server runs without Redis',
    spoil: () => {
      const body = '{"code":"internal","msg":"sip not connected (redis required)"}';
      setup.livekit.state.instead = { status: 500, body, type: 'application/json' };
    },
    found: { 'livekit-key': ['fail', /no telephony/] },
  },
  {
    name: 'something else answers at LIVEKIT_URL',
    spoil: () => void (setup.livekit.state.instead = { status: 404, body: 'Not Found', type: 'text/plain' }),
    found: { 'livekit-key': ['fail', /not LiveKit/] },
  },
  {
    name: 'livekit-server is too old',
    spoil: () => void (setup.livekit.state.version = '1.9.11'),
    found: { 'livekit-version': ['fail', /1\.9\.11, older than 1\.9\.12/] },
  },
  {
    name: 'livekit-sip is too old',
    spoil: () => {
      const livekitSip = join(setup.dir, 'livekit-sip');
      writeFileSync(livekitSip, '#!/bin/sh\necho "SIP version 1.8.0"\n', { mode: 0o700 });
      return { livekitSip };
    },
    found: { 'sip-version': ['fail', /1\.8\.0, older than 1\.9\.0/] },
  },
  {
    name: 'there is no caller ID',
    spoil: () => void delete setup.env.SIP_FROM_NUMBER,
    found: { 'caller-id': ['fail', /CALLER_ID_FALLBACK is destination/] },
  },
  {
    name: 'the trunk is not there',
    spoil: () => void (setup.env.SIP_TRUNK_ID = 'ST_gone'),
    found: { trunk: ['fail', /no outbound trunk ST_gone; it has ST_healthy \(carrier\)/] },
  },
  {
    name: 'a trunk that is sent with each call has a login without a password',
    spoil: () => {
      delete setup.env.SIP_TRUNK_ID;
      delete setup.env.SIP_TRUNK_PASSWORD;
      setup.env.SIP_TRUNK_HOST = '127.0.0.1:5060';
    },
    found: { trunk: ['fail', /a login without a password/] },
  },
  {
    name: 'the trunk has other numbers',
    spoil: () => void (setup.livekit.state.trunks = [{ ...TRUNK, numbers: ['+61255500111'] }]),
    found: { 'trunk-numbers': ['warn', /lack \+61\*+99/] },
  },
  {
    name: 'the trunk has a number that may not be used',
    spoil: () => {
      setup.env.CALLER_IDS_ALLOWED = '+61255500199';
      setup.livekit.state.trunks = [{ ...TRUNK, numbers: ['0255500199', '+61255500111'] }];
    },
    found: { 'trunk-numbers': ['warn', /CALLER_IDS_ALLOWED does not name/] },
  },
  {
    name: 'the trunk leads to another carrier than the environment says',
    spoil: () => {
      setup.env.SIP_TRUNK_HOST = '127.0.0.1:5070';
      setup.env.SIP_TRUNK_TRANSPORT = 'tls';
    },
    found: {
      'trunk-settings': ['warn', /SIP_TRUNK_HOST is 127\.0\.0\.1:5070.*SIP_TRUNK_TRANSPORT is tls, the trunk’s is udp/],
    },
  },
  {
    name: 'the carrier’s host does not resolve',
    spoil: () => void (setup.livekit.state.trunks = [{ ...TRUNK, address: 'sip.carrier.invalid:5060' }]),
    found: { 'carrier-host': ['fail', /sip\.carrier\.invalid does not resolve/] },
  },
  {
    name: 'Cartesia cannot be reached',
    spoil: async () => void (setup.env.CARTESIA_BASE_URL = `https://127.0.0.1:${await unusedPort()}`),
    found: { 'cartesia-host': ['fail', /ECONNREFUSED/] },
  },
  {
    name: 'the certificate of the language model’s server has expired',
    spoil: async () => {
      setup.env.OPENAI_BASE_URL = `https://localhost:${(await kept(startTls('expired'))).port}/v1`;
      return { ca: certificate('expired') };
    },
    found: { 'openai-host': ['fail', /CERT_HAS_EXPIRED/] },
  },
  {
    name: 'callbacks go to a private address that is not allowed',
    spoil: async () => {
      const { port } = await kept(startHttp((_, response) => response.end()));
      setup.env.CALLBACK_URL = `http://127.0.0.1:${port}/webhook/calls`;
    },
    found: { 'callback-host': ['fail', /may not go to/], 'bridge-environment': ['fail', /would not start/] },
  },
  {
    name: 'callbacks go to this very machine',
    spoil: async () => {
      const { port } = await kept(startHttp((_, response) => response.end()));
      setup.env.CALLBACK_URL = `http://localhost:${port}/webhook/calls`;
      setup.env.CALLBACK_ALLOWED_HOSTS = 'localhost,127.0.0.0/8,::1/128';
    },
    found: { 'callback-host': ['warn', /this very machine/] },
  },
  {
    name: 'the agent is stopped',
    spoil: () => setup.agent.close(),
    found: { agent: ['fail', /No agent answers/] },
  },
  {
    name: 'the agent that noted itself is gone',
    spoil: () => {
      delete setup.env.AGENT_HEALTH_PORT;
      writeAgentMark(join(setup.dir, 'data'), { host: '127.0.0.1', port: setup.agent.port });
      const gone = { pid: 2 ** 22 + 1, started: null, host: '127.0.0.1', port: setup.agent.port };
      writeFileSync(join(setup.dir, 'data/agent.json'), JSON.stringify(gone));
    },
    found: { agent: ['fail', /pid 4194305\) is gone/] },
  },
  {
    name: 'no agent was ever started',
    spoil: () => void delete setup.env.AGENT_HEALTH_PORT,
    found: { agent: ['warn', /No agent was ever started/] },
  },
  {
    name: 'the agent has lost LiveKit',
    spoil: () => void (setup.worker.connected = false),
    found: { agent: ['fail', /not connected with LiveKit/] },
  },
  {
    name: 'the agent is registered under another name',
    spoil: () => void (setup.worker.name = 'another-agent'),
    found: { agent: ['fail', /registered as another-agent/] },
  },
  {
    name: 'the bridge is stopped',
    spoil: async () => void (setup.env.BRIDGE_URL = `http://127.0.0.1:${(setup.env.BRIDGE_PORT = String(await unusedPort()))}`),
    found: { bridge: ['fail', /ECONNREFUSED/] },
  },
  {
    name: 'the bridge cannot reach its database',
    spoil: () => void setup.bridgeSays.set('GET /readyz', { status: 503, body: { status: 'down' } }),
    found: { database: ['fail', /not ready/] },
  },
  {
    name: 'the bridge does not know the key',
    spoil: () => {
      for (const line of ['GET /calls?limit=20', 'POST /dispatch', 'POST /callbacks/cb_doctor/replay'])
        setup.bridgeSays.set(line, { status: 401, body: { message: 'no' } });
    },
    found: { 'bridge-key': ['fail', /does not know the key/] },
  },
  {
    name: 'the key may not place calls',
    spoil: () => void setup.bridgeSays.set('POST /dispatch', { status: 403, body: { message: 'no' } }),
    found: { 'bridge-key': ['warn', /lacks the scope dispatch/] },
  },
  {
    name: 'the bridge is of another release',
    spoil: () => void setup.bridgeSays.set('GET /openapi.json', { status: 200, body: { info: { version: '0.0.9' } } }),
    found: { 'bridge-version': ['warn', /bridge is 0\.0\.9/] },
  },
  {
    name: 'others can read the data',
    spoil: () => {
      chmodSync(setup.dir, 0o755);
      chmodSync(join(setup.dir, 'data'), 0o755);
    },
    found: { folders: ['warn', /can be read by other users/] },
  },
  {
    name: 'a file stands where the data should be',
    spoil: () => {
      rmSync(join(setup.dir, 'data'), { recursive: true });
      writeFileSync(join(setup.dir, 'data'), '');
    },
    found: { folders: ['fail', /is not a folder/] },
  },
  {
    name: 'another program holds the bridge’s port',
    spoil: async () => {
      const { port } = await kept(startHttp((_, response) => response.writeHead(404).end('no')));
      setup.env.BRIDGE_PORT = String(port);
      setup.env.BRIDGE_URL = `http://127.0.0.1:${port}`;
    },
    found: { ports: ['fail', /held by another program/], bridge: ['fail', /not a bridge/] },
  },
  {
    name: 'the bridge is to listen on an address of another machine',
    spoil: () => void (setup.env.BRIDGE_HOST = '192.0.2.1'),
    found: { ports: ['fail', /EADDRNOTAVAIL/] },
  },
  {
    name: 'a playbook is broken',
    spoil: () => writeFileSync(join(setup.dir, 'playbooks/survey.md'), '---\nvoise: x\n---\nHelp.\n'),
    found: { playbooks: ['fail', /problems in .*: survey/] },
  },
  {
    name: 'the playbooks’ folder is not there',
    spoil: () => rmSync(join(setup.dir, 'playbooks'), { recursive: true }),
    found: { playbooks: ['fail', /ENOENT/] },
  },
  {
    name: 'there are no playbooks',
    spoil: () => {
      rmSync(join(setup.dir, 'playbooks'), { recursive: true });
      mkdirSync(join(setup.dir, 'playbooks'));
    },
    found: { playbooks: ['warn', /no playbooks/] },
  },
  {
    name: 'numbers are dialled in a form that the carrier does not know',
    spoil: () => {
      const data = Array.from({ length: 5 }, () => ended('invalid_number'));
      setup.bridgeSays.set('GET /calls?limit=20', { status: 200, body: { data, next: null } });
    },
    found: { 'recent-calls': ['fail', /last 5 calls all ended invalid_number/] },
  },
  {
    name: 'n8n gives resume URLs with localhost',
    spoil: () => {
      const letter = { url: 'http://localhost:5678/webhook-waiting/7?…', last_status: null, last_error: 'refused' };
      setup.bridgeSays.set('GET /callbacks?status=dead&limit=20', { status: 200, body: { data: [letter], next: null } });
    },
    found: { 'dead-letters': ['warn', /localhost were given up/] },
  },
];

test.each(BROKEN)('$name', async ({ spoil, found }) => {
  const options = await spoil();
  const results = await examine(options ?? {});
  const wrong = results.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn');
  expect(wrong.map(({ id, verdict }) => [id, verdict]).sort()).toEqual(
    Object.entries(found)
      .map(([id, [verdict]]) => [id, verdict])
      .sort(),
  );
  for (const { id, seen, mend } of wrong) {
    expect(seen).toMatch(found[id]?.[1] ?? /^$/);
    expect(mend).not.toBeNull();
  }
});

test.each([
  ['invalid_number', 'recent-calls', /SIP_DIAL_FORMAT/],
  ['caller_id_rejected', 'recent-calls', /SIP_FROM_NUMBER/],
])('five calls that ended %s: the mend names the setting', async (reason, id, mend) => {
  const data = Array.from({ length: 5 }, () => ended(reason));
  setup.bridgeSays.set('GET /calls?limit=20', { status: 200, body: { data, next: null } });
  expect((await examine()).find((result) => result.id === id)?.mend).toMatch(mend);
});

test('the lab may be old: it is a warning there', async () => {
  setup.env.ALLOW_FICTITIOUS_NUMBERS = 'true';
  setup.livekit.state.version = '1.9.11';
  expect(of(await examine(), 'warn')).toEqual(['livekit-version']);
});

test('without a key for the bridge everything else is still looked at', async () => {
  delete setup.env.OUTDIAL_API_KEY;
  setup.bridgeSays.set('GET /calls?limit=20', { status: 401, body: { message: 'no' } });
  setup.bridgeSays.set('GET /callbacks?status=dead&limit=20', { status: 401, body: { message: 'no' } });
  setup.bridgeSays.set('GET /openapi.json', { status: 401, body: { message: 'no' } });
  const results = await examine();
  expect(of(results, 'warn')).toEqual(['bridge-key']);
  expect(of(results, 'fail')).toEqual([]);
  expect(of(results, 'skipped')).toEqual(expect.arrayContaining(['recent-calls', 'dead-letters', 'bridge-version']));
  expect(setup.bridge.lines()).not.toContain('POST /dispatch');
});
