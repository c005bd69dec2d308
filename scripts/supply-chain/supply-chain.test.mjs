import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { repository } from '../setup/paths.mjs';
import { packagesWithInstallScripts } from './install-scripts.mjs';

const read = (/** @type {string} */ file) => readFileSync(join(repository, file), 'utf8');
const workspace = parse(read('pnpm-workspace.yaml'));

const dir = mkdtempSync(join(tmpdir(), 'outdial-supply-'));
afterAll(() => rmSync(dir, { recursive: true }));

describe('install scripts', () => {
  test('every package that has one is on the list of pnpm-workspace.yaml, and none of them runs', () => {
    const listed = Object.keys(workspace.allowBuilds).sort();
    // The list may name packages of other platforms, too; none may be missing from it.
    expect(packagesWithInstallScripts().filter((name) => !listed.includes(name))).toEqual([]);
    expect(Object.values(workspace.allowBuilds)).toEqual(listed.map(() => false));
  });

  test('pnpm is not told to run all of them, nor to overlook those that are not listed', () => {
    expect(workspace.dangerouslyAllowAllBuilds).toBeUndefined();
    expect(workspace.strictDepBuilds).toBe(true);
  });

  test.each([
    ['a script', { scripts: { postinstall: 'node fetch.js' } }, []],
    ['binding.gyp', {}, ['binding.gyp']],
  ])('a package with %s is found', (name, manifest, files) => {
    const modules = join(dir, name.replace(' ', '-'));
    const plain = join(modules, '.pnpm/plain@1.0.0/node_modules/plain');
    const scripted = join(modules, '.pnpm/@acme+scripted@1.0.0/node_modules/@acme/scripted');
    for (const folder of [plain, scripted]) mkdirSync(folder, { recursive: true });
    writeFileSync(join(plain, 'package.json'), JSON.stringify({ name: 'plain', scripts: { test: 'x' } }));
    writeFileSync(join(scripted, 'package.json'), JSON.stringify({ name: '@acme/scripted', ...manifest }));
    for (const file of files) writeFileSync(join(scripted, file), '');
    expect(packagesWithInstallScripts(modules)).toEqual(['@acme/scripted']);
  });
});

describe('the lock', () => {
  const { packages } = parse(read('pnpm-lock.yaml'));

  test('holds a checksum for every package, each from the registry', () => {
    for (const [name, { resolution }] of Object.entries(packages)) {
      expect(Object.keys(resolution), name).toEqual(['integrity']);
      expect(resolution.integrity, name).toMatch(/^sha512-/);
    }
  });

  test('is never changed by a set-up or an image', () => {
    const installs = [read('Dockerfile'), read('scripts/setup/dependencies.mjs')].join('\n');
    const lines = installs.match(/pnpm install .*|args: \['install'.*/g) ?? [];
    expect(lines).toHaveLength(4);
    for (const line of lines) expect(line).toContain('--frozen-lockfile');
  });
});
