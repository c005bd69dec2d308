import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAgentMark } from '@outdial/runtime';
import { expect, test } from 'vitest';
import { having, testBroken, useSetup } from '../../test/broken-setup.ts';
import { startHttp, unusedPort } from '../../test/local-server.ts';
import { completedCall } from '../../test/records.ts';

const setup = useSetup();

const ended = (end_reason: string) => ({ ...completedCall, outcome: { end_reason } });

testBroken(setup, [
  {
    name: 'the agent is stopped',
    spoil: () => setup.now.agent.close(),
    found: { agent: ['fail', /No agent answers/] },
  },
  {
    name: 'the agent that noted itself is gone',
    spoil: () => {
      delete setup.now.env.AGENT_HEALTH_PORT;
      const gone = { pid: 2 ** 22 + 1, started: null, host: '127.0.0.1', port: setup.now.agent.port };
      writeFileSync(join(setup.now.dir, 'data/agent.json'), JSON.stringify(gone));
    },
    found: { agent: ['fail', /pid 4194305\) is gone/] },
  },
  {
    name: 'no agent was ever started',
    spoil: () => {
      delete setup.now.env.AGENT_HEALTH_PORT;
    },
    found: { agent: ['warn', /No agent was ever started/] },
  },
  {
    name: 'the agent has lost LiveKit',
    spoil: () => {
      setup.now.worker.connected = false;
    },
    found: { agent: ['fail', /not connected with LiveKit/] },
  },
  {
    name: 'the agent is registered under another name',
    spoil: () => {
      setup.now.worker.name = 'another-agent';
    },
    found: { agent: ['fail', /registered as another-agent/] },
  },
  {
    name: 'the bridge is stopped',
    spoil: async () => {
      setup.now.env.BRIDGE_PORT = String(await unusedPort());
      setup.now.env.BRIDGE_URL = `http://127.0.0.1:${setup.now.env.BRIDGE_PORT}`;
    },
    found: { bridge: ['fail', /ECONNREFUSED/] },
  },
  {
    name: 'the bridge cannot reach its database',
    spoil: () => void setup.now.bridgeSays.set('GET /readyz', { status: 503, body: { status: 'down' } }),
    found: { database: ['fail', /not ready/] },
  },
  {
    name: 'the bridge does not know the key',
    spoil: () => {
      for (const line of ['GET /calls?limit=20', 'POST /dispatch', 'POST /callbacks/cb_doctor/replay'])
        setup.now.bridgeSays.set(line, { status: 401, body: { message: 'no' } });
    },
    found: { 'bridge-key': ['fail', /does not know the key/] },
  },
  {
    name: 'the key may not place calls',
    spoil: () =>
      void setup.now.bridgeSays.set('POST /dispatch', { status: 403, body: { code: 'scope_missing' } }),
    found: { 'bridge-key': ['warn', /lacks the scope dispatch/] },
  },
  {
    name: 'the bridge takes no requests from this address',
    spoil: () => {
      const body = { code: 'address_not_allowed', message: 'This address may not ask.' };
      for (const path of ['POST /dispatch', 'POST /callbacks/cb_doctor/replay'])
        setup.now.bridgeSays.set(path, { status: 403, body });
    },
    found: { 'bridge-key': ['fail', /from here: This address may not ask/] },
  },
  {
    name: 'the bridge is of another release',
    spoil: () =>
      void setup.now.bridgeSays.set('GET /openapi.json', {
        status: 200,
        body: { info: { version: '0.0.9' } },
      }),
    found: { 'bridge-version': ['warn', /bridge is 0\.0\.9/] },
  },
  {
    name: 'others can read the data',
    spoil: () => {
      chmodSync(setup.now.dir, 0o755);
      chmodSync(join(setup.now.dir, 'data'), 0o755);
    },
    found: { folders: ['warn', /can be read by other users/] },
  },
  {
    name: 'a file stands where the data should be',
    spoil: () => {
      rmSync(join(setup.now.dir, 'data'), { recursive: true });
      writeFileSync(join(setup.now.dir, 'data'), '');
    },
    found: { folders: ['fail', /is not a folder/] },
  },
  {
    name: 'another program holds the bridge’s port',
    spoil: async () => {
      const { port } = await setup.kept(startHttp((_, response) => response.writeHead(404).end('no')));
      setup.now.env.BRIDGE_PORT = String(port);
      setup.now.env.BRIDGE_URL = `http://127.0.0.1:${port}`;
    },
    found: { ports: ['fail', /held by another program/], bridge: ['fail', /not a bridge/] },
  },
  {
    name: 'the bridge is to listen on an address of another machine',
    spoil: () => {
      setup.now.env.BRIDGE_HOST = '192.0.2.1';
    },
    found: { ports: ['fail', /EADDRNOTAVAIL/] },
  },
  {
    name: 'a playbook is broken',
    spoil: () => writeFileSync(join(setup.now.dir, 'playbooks/survey.md'), '---\nvoise: x\n---\nHelp.\n'),
    found: { playbooks: ['fail', /problems in .*: survey/] },
  },
  {
    name: 'the playbooks’ folder is not there',
    spoil: () => rmSync(join(setup.now.dir, 'playbooks'), { recursive: true }),
    found: { playbooks: ['fail', /ENOENT/] },
  },
  {
    name: 'there are no playbooks',
    spoil: () => {
      rmSync(join(setup.now.dir, 'playbooks'), { recursive: true });
      mkdirSync(join(setup.now.dir, 'playbooks'));
    },
    found: { playbooks: ['warn', /no playbooks/] },
  },
  {
    name: 'numbers are dialled in a form that the carrier does not know',
    spoil: () => {
      const data = Array.from({ length: 5 }, () => ended('invalid_number'));
      setup.now.bridgeSays.set('GET /calls?limit=20', { status: 200, body: { data, next: null } });
    },
    found: { 'recent-calls': ['fail', /last 5 calls all ended invalid_number/] },
  },
  {
    name: 'n8n gives resume URLs with localhost',
    spoil: () => {
      const letter = {
        url: 'http://localhost:5678/webhook-waiting/7?…',
        last_status: null,
        last_error: 'refused',
      };
      setup.now.bridgeSays.set('GET /callbacks?status=dead&limit=20', {
        status: 200,
        body: { data: [letter], next: null },
      });
    },
    found: { 'dead-letters': ['warn', /localhost were given up/] },
  },
]);

test.each([
  ['invalid_number', /SIP_DIAL_FORMAT/],
  ['caller_id_rejected', /SIP_FROM_NUMBER/],
])('five calls that ended %s: the mend names the setting', async (reason, mend) => {
  const data = Array.from({ length: 5 }, () => ended(reason));
  setup.now.bridgeSays.set('GET /calls?limit=20', { status: 200, body: { data, next: null } });
  expect((await setup.examine()).find(({ id }) => id === 'recent-calls')?.mend).toMatch(mend);
});

test('without a key for the bridge everything else is still looked at', async () => {
  delete setup.now.env.OUTDIAL_API_KEY;
  for (const path of ['/calls?limit=20', '/callbacks?status=dead&limit=20', '/openapi.json']) {
    setup.now.bridgeSays.set(`GET ${path}`, { status: 401, body: { message: 'no' } });
  }
  const results = await setup.examine();
  expect(having(results, 'warn')).toEqual(['bridge-key']);
  expect(having(results, 'fail')).toEqual([]);
  expect(having(results, 'skipped')).toEqual(
    expect.arrayContaining(['recent-calls', 'dead-letters', 'bridge-version']),
  );
  expect(setup.now.bridge.lines()).not.toContain('POST /dispatch');
});

test('an agent that took a free port is found by its note in DATA_DIR', async () => {
  delete setup.now.env.AGENT_HEALTH_PORT;
  writeAgentMark(join(setup.now.dir, 'data'), { host: '127.0.0.1', port: setup.now.agent.port });
  const results = await setup.examine();
  expect(results.find(({ id }) => id === 'agent')).toMatchObject({
    verdict: 'pass',
    seen: expect.stringContaining(`at 127.0.0.1:${setup.now.agent.port}`),
  });
});
