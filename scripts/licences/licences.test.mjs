import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { RUN_PACKAGES } from '../setup/debian-packages.mjs';
import { repository, setupDir } from '../setup/paths.mjs';
import { shippedPackages } from './npm-packages.mjs';
import { licencesPage } from './page.mjs';
import { BESIDE_IT, IN_THE_LAB } from './parts.mjs';
import { EXCEPTIONS, licenceProblem } from './policy.mjs';

/** @param {string} name */
const debianCopyright = (name) => {
  const file = `/usr/share/doc/${name}/copyright`;
  return existsSync(file) ? file : null;
};

/** @param {string} module */
const goLicence = (module) => {
  const program = module.endsWith('/sip') ? 'livekit-sip' : 'livekit-server';
  const { stdout, status } = spawnSync('go', ['list', '-m', '-f', '{{.Dir}}', module], {
    cwd: join(setupDir, program),
    encoding: 'utf8',
    env: { ...process.env, GOFLAGS: '-mod=mod', GOPROXY: 'off', GOWORK: 'off' },
  });
  const file = join(stdout?.trim() ?? '', 'LICENSE');
  return status === 0 && stdout.trim() !== '' && existsSync(file) ? file : null;
};

// What is installed differs with the platform in more than names: the page is that of the images.
const likeTheImages = process.platform === 'linux' && process.arch === 'x64';

describe('what the images contain', () => {
  const packages = shippedPackages();
  const names = packages.map(({ name }) => name);

  test('is under licences that allow it', () => {
    expect(packages.map(licenceProblem).filter(Boolean)).toEqual([]);
  });

  test.each([
    ['GPL-3.0-only', /not allowed in an image/],
    ['MIT AND GPL-2.0-only', /not allowed in an image/],
    ['UNLICENSED', /no SPDX expression/],
    ['none', /no SPDX expression/],
    ['SEE LICENSE IN LICENSE.md', /no SPDX expression/],
  ])('may not be under %s', (licence, message) => {
    expect(licenceProblem({ name: 'x', version: '1.0.0', licence })).toMatch(message);
  });

  test.each(['MIT', 'MIT OR GPL-3.0-only', '(Apache-2.0 AND BSD-3-Clause)'])('may be under %s', (licence) => {
    expect(licenceProblem({ name: 'x', version: '1.0.0', licence })).toBeNull();
  });

  test('an exception holds for the licence that was looked at, and for a package that is there', () => {
    for (const name of Object.keys(EXCEPTIONS)) {
      expect(licenceProblem({ name, version: '1.0.0', licence: 'GPL-3.0-only' })).not.toBeNull();
      if (likeTheImages) expect(names).toContain(name);
    }
  });

  test('is found through packages of packages, and not among the tools', () => {
    expect(names).toEqual(expect.arrayContaining(['fastify', 'pino', '@livekit/agents', 'commander']));
    expect(names).not.toContain('vitest');
  });
});

test.skipIf(!likeTheImages)(
  'docs/licences.md is what is installed; node scripts/licences.mjs writes it anew',
  () => {
    expect(readFileSync(join(repository, 'docs', 'licences.md'), 'utf8')).toBe(licencesPage());
  },
);

describe('the parts of others', () => {
  test.each(IN_THE_LAB.filter(({ proof }) => proof !== undefined))(
    '$name is under what its own copyright file says',
    ({ proof }) => {
      const file = proof && 'debian' in proof ? debianCopyright(proof.debian) : goLicence(proof?.go ?? '');
      if (file === null) return; // a machine without the lab
      expect(readFileSync(file, 'utf8')).toMatch(proof?.says ?? /never/);
    },
  );

  test('every image that docker-compose.yml fetches is listed', () => {
    const { services } = parse(readFileSync(join(repository, 'docker-compose.yml'), 'utf8'), { merge: true });
    const images = Object.values(services)
      .filter(({ build }) => build === undefined)
      .map(({ image }) => image.replace(/:.*$/, '').replace(/^.*\//, '').replace(/^sip$/, 'livekit-sip'));
    expect(BESIDE_IT.map(({ name }) => name).sort()).toEqual(images.sort());
  });

  test('every Debian package that the lab runs is listed', () => {
    const listed = IN_THE_LAB.flatMap(({ proof }) => (proof && 'debian' in proof ? [proof.debian] : []));
    expect(listed).toEqual(expect.arrayContaining(RUN_PACKAGES));
  });
});
