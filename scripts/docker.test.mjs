import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { DEFAULT_PLAYBOOKS_DIR, sharedEnvironment } from '../packages/runtime/src/index.ts';
import { repository } from './setup/paths.mjs';

/**
 * @typedef {object} Service
 * @property {string[]} [profiles]
 * @property {{ target: string }} [build]
 * @property {string} [scale]
 * @property {string} [restart]
 * @property {boolean} [read_only]
 * @property {string[]} [cap_drop]
 * @property {string[]} [ports]
 * @property {string[]} [volumes]
 * @property {object} [healthcheck]
 * @property {string} [stop_grace_period]
 */

const dockerfile = readFileSync(join(repository, 'Dockerfile'), 'utf8');
const compose = parse(readFileSync(join(repository, 'docker-compose.yml'), 'utf8'), { merge: true });
/** @type {Record<string, Service>} */
const services = compose.services;
const own = Object.entries(services).filter(([name]) => name !== 'postgres');

/** @param {string} name */
const stage = (name) =>
  new RegExp(`^FROM \\S+ AS ${name}\\n([\\s\\S]*?)(?=^FROM |$(?![\\s\\S]))`, 'm').exec(dockerfile)?.[1] ?? '';

describe('docker compose', () => {
  test('has Postgres, bridge and agent, and the lab behind its profile', () => {
    expect(Object.keys(services).sort()).toEqual(['agent', 'bridge', 'lab', 'postgres']);
    expect(Object.entries(services).filter(([, service]) => service.profiles)).toMatchObject([
      ['lab', { profiles: ['lab'] }],
    ]);
  });

  test('starts nothing that needs settings when LIVEKIT_URL is not set', () => {
    for (const name of ['postgres', 'bridge', 'agent']) {
      expect(services[name]?.scale).toBe('0$' + '{LIVEKIT_URL:+1}');
    }
  });

  test('publishes the bridge only, and only on the loopback', () => {
    const published = Object.entries(services).flatMap(([name, { ports = [] }]) =>
      ports.map((port) => [name, port]),
    );
    expect(published.map(([name]) => name)).toEqual(['bridge', 'lab']);
    for (const [, port] of published) expect(port).toMatch(/^127\.0\.0\.1:\$\{[A-Z_]+:-8080\}:8080$/);
  });

  test('gives the agent longer to stop than the longest call lasts', () => {
    const minutes = Number(/:-(\d+)m\}/.exec(services.agent?.stop_grace_period ?? '')?.[1]);
    const longestCall = Number(sharedEnvironment.MAX_CALL_SECONDS.meta()?.default);
    expect(minutes * 60).toBeGreaterThan(longestCall + 60);
  });

  test('watches the health of every service', () => {
    expect(Object.entries(services).filter(([, { healthcheck }]) => !healthcheck)).toEqual([]);
  });

  test('restarts what is meant to stay up', () => {
    for (const name of ['postgres', 'bridge', 'agent'])
      expect(services[name]?.restart).toBe('unless-stopped');
  });

  test('drops capabilities, and lets bridge and agent write to their volumes only', () => {
    for (const [, service] of own) expect(service.cap_drop).toEqual(['ALL']);
    for (const name of ['bridge', 'agent']) expect(services[name]?.read_only).toBe(true);
  });
});

describe('the playbooks', () => {
  test.each(['bridge', 'agent', 'lab'])(
    'are in the image of %s, where PLAYBOOKS_DIR looks for them',
    (name) => {
      expect(stage(name)).toMatch(/^COPY playbooks playbooks$/m);
      expect(DEFAULT_PLAYBOOKS_DIR).toBe('./playbooks');
    },
  );

  test('are read from the checkout, so that an edit needs no new image', () => {
    for (const name of ['bridge', 'agent']) {
      expect(services[name]?.volumes).toContain('./playbooks:/app/playbooks:ro');
    }
  });

  test('are not kept out of the images', () => {
    const ignored = readFileSync(join(repository, '.dockerignore'), 'utf8').split('\n');
    expect(ignored).not.toContain('playbooks');
    expect(ignored).not.toContain('**/*.md');
  });
});

describe('the images', () => {
  test.each(own.map(([name, service]) => [name, service.build?.target ?? '']))(
    '%s is a stage of the Dockerfile that runs as an ordinary user',
    (_, target) => {
      expect(stage(target)).toMatch(/^USER node$/m);
      expect(stage(target)).toMatch(/^HEALTHCHECK /m);
    },
  );

  test('the agent runs as package.json says', () => {
    const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
    for (const name of ['bridge', 'agent']) {
      expect(stage(name)).toContain(
        `CMD ${JSON.stringify(scripts[name].split(' ')).replaceAll(',', ', ')}\n`,
      );
    }
  });

  test('the lab is no part of what runs in production', () => {
    for (const name of ['bridge', 'agent'])
      expect(stage(name)).not.toMatch(/packages\/lab|COPY packages packages/);
  });

  test('the bridge holds the command line, started as package.json says', () => {
    const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
    expect(stage('bridge-dependencies')).toContain('--filter-prod @outdial/cli...');
    expect(stage('bridge')).toMatch(/^COPY apps\/cli apps\/cli$/m);
    const [runtime, source] = scripts.outdial.split(' ');
    expect(stage('bridge')).toContain(`exec ${runtime} /app/${source} "$@"`);
    expect(stage('base')).toMatch(/^WORKDIR \/app$/m);
    expect(stage('bridge')).toContain('chmod 755 /usr/local/bin/outdial');
  });

  test('the launcher of the command line is a script that hands on its arguments and exit code', () => {
    const printed = /printf '(#![^']*)' > \/usr\/local\/bin\/outdial/.exec(stage('bridge'))?.[1] ?? '';
    const launcher = printed.replaceAll('\\n', '\n').replaceAll('/app/', `${repository}/`);
    const run = (/** @type {string[]} */ ...args) =>
      spawnSync('sh', ['-c', launcher, 'outdial', ...args], { encoding: 'utf8' });
    expect(run('calls', '--help')).toMatchObject({ status: 0, stderr: '' });
    expect(run('calls', '--limit', 'a b').status).toBe(2);
    expect(run('calls', '--limit', 'a b').stderr).toContain("'a b'");
  });
});
