import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { agentConfigSchema } from '../../apps/agent/src/config.ts';
import { bridgeConfigSchema } from '../../apps/bridge/src/config.ts';
import { parseConfig, sharedEnvironment } from '../../packages/runtime/src/index.ts';
import { repository } from '../setup/paths.mjs';
import { resolveCompose, secondsOf } from './compose.mjs';
import { BUILD_LIMIT_MS, buildCheck, noGo } from './go-checks.mjs';

/** @typedef {import('./compose.mjs').Service} Service */

const PROFILES = ['lab', 'n8n', 'selfhost', 'tls'];
const CLOUD = {
  LIVEKIT_URL: 'wss://acme.livekit.cloud',
  LIVEKIT_API_KEY: 'APIacme',
  LIVEKIT_API_SECRET: 'a-secret-of-the-project',
};
const SELF_HOSTED = { ...CLOUD, LIVEKIT_URL: 'ws://livekit-server:7880', REDIS_PASSWORD: 'r3dis' };

const skipped = noGo();
let program = '';
beforeAll(() => {
  if (skipped === null) program = buildCheck('compose', '.');
}, BUILD_LIMIT_MS);

/**
 * @param {Record<string, string>} env
 * @param {string[]} profiles
 */
const services = (env, ...profiles) => resolveCompose(program, { env, profiles }).services;

/** @param {Record<string, Service>} all */
const started = (all) =>
  Object.entries(all)
    .filter(([, { scale = 1 }]) => scale > 0)
    .map(([name]) => name)
    .sort();

/** @param {Record<string, Service>} all */
const published = (all) =>
  Object.entries(all).flatMap(([name, { ports = [] }]) =>
    ports.map(({ host_ip = '0.0.0.0', published, target }) => `${name} ${host_ip}:${published}:${target}`),
  );

const everything = () => services(SELF_HOSTED, ...PROFILES);

describe.skipIf(skipped)('docker compose', () => {
  test.each([
    ['nothing without settings', {}, [], []],
    ['Postgres, bridge and agent with LIVEKIT_URL', CLOUD, [], ['agent', 'bridge', 'postgres']],
    ['the lab alone', {}, ['lab'], ['lab']],
    [
      'LiveKit of your own',
      SELF_HOSTED,
      ['selfhost'],
      ['agent', 'bridge', 'livekit-server', 'livekit-sip', 'postgres', 'redis'],
    ],
    ['Caddy', CLOUD, ['tls'], ['agent', 'bridge', 'caddy', 'postgres']],
    ['n8n', CLOUD, ['n8n'], ['agent', 'bridge', 'n8n', 'postgres']],
  ])('starts %s', (_, env, profiles, expected) => {
    expect(started(services(env, ...profiles))).toEqual(expected);
  });

  test('hands .env to bridge and agent', () => {
    const { bridge, agent } = services({ ...CLOUD, SIP_TRUNK_ID: 'ST_acme' });
    for (const service of [bridge, agent]) {
      expect(service?.environment).toMatchObject({ ...CLOUD, SIP_TRUNK_ID: 'ST_acme' });
    }
  });

  test('keeps from the agent the secrets that it does not use', () => {
    const secrets = {
      BRIDGE_API_KEYS: 'office:canary-of-the-bridge',
      OUTDIAL_API_KEY: 'canary-of-the-cli',
      CALLBACK_SIGNING_SECRET: 'canary-of-callbacks',
      DATABASE_URL: 'postgres://outdial:canary@db.acme/outdial',
      POSTGRES_PASSWORD: 'canary-of-postgres',
      REDIS_PASSWORD: 'canary-of-redis',
    };
    const { bridge, agent } = services({ ...CLOUD, ...secrets });
    expect(bridge?.environment.BRIDGE_API_KEYS).toBe(secrets.BRIDGE_API_KEYS);
    expect(JSON.stringify(agent?.environment)).not.toContain('canary');
  });

  test('gives bridge and agent what they can start with', () => {
    const env = {
      ...CLOUD,
      SIP_TRUNK_ID: 'ST_acme',
      AGENT_REPORT_SECRET: 'a-secret-of-both-apps-of-32-characters',
      BRIDGE_API_KEYS: 'office:a-key-for-the-office-of-32-characters',
    };
    const { bridge, agent } = services(env);
    const settings = (/** @type {Service | undefined} */ service) =>
      /** @type {Record<string, string>} */ (service?.environment);
    expect(parseConfig(bridgeConfigSchema, settings(bridge))).toMatchObject({ DATA_DIR: '/data' });
    expect(parseConfig(agentConfigSchema, settings(agent))).toMatchObject({ DATA_DIR: '/data' });
  });

  test('keeps the paths and addresses of .env that only hold outside of a container out of it', () => {
    const { bridge, agent } = services({
      ...CLOUD,
      DATA_DIR: './data',
      BRIDGE_URL: 'http://192.168.88.5:9000',
      BRIDGE_PORT: '9000',
      AGENT_SPOOL_DIR: '/srv/spool',
      RECORDINGS_DIR: '/srv/recordings',
    });
    expect(bridge?.environment).toMatchObject({
      DATA_DIR: '/data',
      RECORDINGS_DIR: '/data/recordings',
      BRIDGE_URL: 'http://127.0.0.1:8080',
      BRIDGE_HOST: '0.0.0.0',
      BRIDGE_PORT: '8080',
    });
    expect(agent?.environment).toMatchObject({
      DATA_DIR: '/data',
      AGENT_SPOOL_DIR: '/data/spool',
      BRIDGE_URL: 'http://bridge:8080',
    });
  });

  test('uses the Postgres beside it, or the one that is named', () => {
    const own = services({ ...CLOUD, POSTGRES_PASSWORD: 'p' });
    expect(own.bridge?.environment.DATABASE_URL).toBe('postgres://outdial:p@postgres:5432/outdial');
    expect(own.postgres?.environment.POSTGRES_PASSWORD).toBe('p');
    const other = services({ ...CLOUD, DATABASE_URL: 'postgres://db.acme/outdial' });
    expect(other.bridge?.environment.DATABASE_URL).toBe('postgres://db.acme/outdial');
  });

  test('takes images of a release when told which', () => {
    const release = services({ ...CLOUD, OUTDIAL_IMAGES: 'ghcr.io/acme/', OUTDIAL_VERSION: '0.1.0' });
    expect(release.bridge?.image).toBe('ghcr.io/acme/outdial-bridge:0.1.0');
    expect(services(CLOUD).agent?.image).toBe('outdial-agent:local');
  });

  test('refuses a misspelt name', () => {
    expect(() => services({ ...CLOUD, AGENT_STOP_GRACE_PERIOD: 'forever' })).toThrow(/forever/);
  });
});

test('every name that docker-compose.yml reads is in .env.example', () => {
  const read = (/** @type {string} */ file) => readFileSync(join(repository, file), 'utf8');
  const names = [...read('docker-compose.yml').matchAll(/(?<!\$)\$\{(\w+)/g)].map(([, name]) => name);
  const known = [...read('.env.example').matchAll(/^(?:# )?([A-Z_0-9]+)=/gm)].map(([, name]) => name);
  expect(known).toEqual(expect.arrayContaining([...new Set(names)]));
});

describe.skipIf(skipped)('what is published', () => {
  test('the bridge, on the loopback', () => {
    expect(published(services(CLOUD))).toEqual(['bridge 127.0.0.1:8080:8080']);
  });

  test('the bridge where BRIDGE_HOST and BRIDGE_PORT say', () => {
    expect(published(services({ ...CLOUD, BRIDGE_HOST: '192.168.88.5', BRIDGE_PORT: '9000' }))).toEqual([
      'bridge 192.168.88.5:9000:8080',
    ]);
  });

  test('with every profile: the loopback, and Caddy for everybody', () => {
    const open = published(everything()).filter((port) => !port.includes(' 127.0.0.1:'));
    expect(open).toEqual(['caddy 0.0.0.0:80:80', 'caddy 0.0.0.0:443:443']);
  });

  test("livekit-sip alone is on the host's network, with its health, metrics and profiling ports closed", () => {
    const onHost = Object.entries(everything()).filter(([, { network_mode }]) => network_mode === 'host');
    expect(onHost.map(([name]) => name)).toEqual(['livekit-sip']);
    expect(onHost[0]?.[1].environment.SIP_CONFIG_BODY).not.toMatch(/health_port|prometheus_port|pprof_port/);
  });

  test('Redis has no network, and does not start without a password', () => {
    const { redis } = everything();
    expect(redis?.network_mode).toBe('none');
    expect(redis?.ports).toBeUndefined();
    expect(redis?.environment.REDIS_PASSWORD).toBe('r3dis');
  });

  test('Postgres is reached by the bridge alone', () => {
    const { services: all, networks } = resolveCompose(program, { env: SELF_HOSTED, profiles: PROFILES });
    expect(networks.database?.internal).toBe(true);
    const there = Object.entries(all).filter(([, service]) => 'database' in (service.networks ?? {}));
    expect(there.map(([name]) => name).sort()).toEqual(['bridge', 'postgres']);
    expect(Object.keys(all.postgres?.networks ?? {})).toEqual(['database']);
  });
});

describe.skipIf(skipped)('every service', () => {
  test('says how its health is seen, and is given time to stop', () => {
    for (const [name, service] of Object.entries(everything())) {
      expect(service.healthcheck?.test.length, name).toBeGreaterThan(1);
      expect(secondsOf(service.stop_grace_period), name).toBeGreaterThanOrEqual(30);
    }
  });

  test('rotates its log', () => {
    for (const [name, { logging }] of Object.entries(everything())) {
      expect(logging, name).toEqual({
        driver: 'json-file',
        options: { 'max-size': '10m', 'max-file': '5' },
      });
    }
  });

  test('has no capability but the low ports of Caddy, and gains none', () => {
    for (const [name, service] of Object.entries(everything())) {
      expect(service.cap_drop, name).toEqual(['ALL']);
      expect(service.cap_add ?? [], name).toEqual(name === 'caddy' ? ['NET_BIND_SERVICE'] : []);
      expect(service.security_opt, name).toEqual(['no-new-privileges:true']);
    }
  });

  test('cannot write to its image, but for the lab and n8n', () => {
    const writable = Object.entries(everything()).filter(([, { read_only }]) => read_only !== true);
    expect(writable.map(([name]) => name).sort()).toEqual(['lab', 'n8n']);
  });

  test('has an image of a fixed version', () => {
    for (const [name, { image, build }] of Object.entries(everything())) {
      expect(image, name).toMatch(build ? /^outdial-\w+:local$/ : /:v?\d+\.\d+(\.\d+)?(-\w+)?$/);
    }
  });

  test('starts again by itself, but for the lab', () => {
    for (const [name, { restart }] of Object.entries(everything())) {
      expect(restart, name).toBe(name === 'lab' ? 'no' : 'unless-stopped');
    }
  });
});

describe.skipIf(skipped)('stopping', () => {
  const longestCall = Number(sharedEnvironment.MAX_CALL_SECONDS.meta()?.default);

  test('leaves the agent, and LiveKit under it, longer than the longest call lasts', () => {
    const all = everything();
    for (const name of ['agent', 'livekit-server', 'livekit-sip']) {
      expect(secondsOf(all[name]?.stop_grace_period), name).toBeGreaterThan(longestCall + 60);
    }
    const longer = services({ ...CLOUD, AGENT_STOP_GRACE_PERIOD: '4h2m' });
    expect(secondsOf(longer.agent?.stop_grace_period)).toBe(14_520);
  });

  test('goes from the agent to what it needs', () => {
    expect(Object.keys(everything().agent?.depends_on ?? {}).sort()).toEqual([
      'bridge',
      'livekit-server',
      'livekit-sip',
    ]);
    const { bridge, ...others } = services(CLOUD).agent?.depends_on ?? {};
    expect(bridge).toMatchObject({ condition: 'service_healthy', required: true });
    for (const other of Object.values(others)) expect(other.required).toBe(false);
  });
});

describe.skipIf(skipped)('volumes', () => {
  const named = (/** @type {Service | undefined} */ service) =>
    (service?.volumes ?? []).map(({ source, target }) => `${source.replace(/^.*\//, '')} ${target}`);

  test("hold the database, the bridge's data, recordings and the agent's spool", () => {
    const { postgres, bridge, agent } = services(CLOUD);
    expect(named(postgres)).toEqual(['postgres /var/lib/postgresql/data']);
    expect(named(bridge)).toEqual(
      expect.arrayContaining(['bridge-data /data', 'recordings /data/recordings']),
    );
    expect(named(agent)).toContain('agent-data /data');
  });

  test('bring the playbooks of the checkout, so that an edit needs no new image', () => {
    for (const service of [services(CLOUD).bridge, services(CLOUD).agent]) {
      expect(service?.volumes).toContainEqual(
        expect.objectContaining({ type: 'bind', target: '/app/playbooks', read_only: true }),
      );
    }
  });
});

describe.skipIf(skipped)('the parts find each other', () => {
  test('the bridge believes the forwarded address of Caddy alone', () => {
    const { caddy, bridge } = services(CLOUD, 'tls');
    const address = caddy?.networks?.default?.ipv4_address;
    expect(bridge?.environment.BRIDGE_TRUST_PROXY).toBe(`${address}/32`);
  });

  test('n8n calls back under its name, which is an allowed host', () => {
    const { n8n, bridge } = services({ ...CLOUD, CALLBACK_ALLOWED_HOSTS: '192.168.88.0/24' }, 'n8n');
    expect(n8n?.environment.WEBHOOK_URL).toBe('http://n8n:5678/');
    expect(bridge?.environment.CALLBACK_ALLOWED_HOSTS).toBe('n8n,192.168.88.0/24');
    expect(services(CLOUD).bridge?.environment.CALLBACK_ALLOWED_HOSTS).toBe('n8n');
  });

  test('livekit-sip and the agent reach the one livekit-server', () => {
    const all = services(SELF_HOSTED, 'selfhost');
    const address = all['livekit-server']?.networks?.default?.ipv4_address;
    expect(all['livekit-sip']?.environment.SIP_CONFIG_BODY).toContain(`ws_url: ws://${address}:7880`);
    expect(all['livekit-server']?.environment.LIVEKIT_CONFIG).toContain(`node_ip: ${address}`);
    expect(all.agent?.environment.LIVEKIT_URL).toBe('ws://livekit-server:7880');
  });

  test('livekit-sip asks for its public address, unless it is told', () => {
    const body = (/** @type {Record<string, string>} */ env) =>
      services({ ...SELF_HOSTED, ...env }, 'selfhost')['livekit-sip']?.environment.SIP_CONFIG_BODY;
    expect(body({})).toMatch(/^use_external_ip: true$/m);
    expect(body({ SIP_EXTERNAL_IP: '203.0.113.7' })).toMatch(/^# use_external_ip: true$/m);
    expect(body({ SIP_EXTERNAL_IP: '203.0.113.7' })).toMatch(/^nat_1_to_1_ip: '203\.0\.113\.7'$/m);
  });

  test('all of it moves to another network with OUTDIAL_NETWORK', () => {
    const moved = resolveCompose(program, {
      env: { ...SELF_HOSTED, OUTDIAL_NETWORK: '10.99.7' },
      profiles: PROFILES,
    });
    expect(JSON.stringify(moved)).not.toContain('172.30.80');
  });
});
