import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir, repository } from '../setup/paths.mjs';

const checksDir = join(repository, 'scripts', 'deploy', 'checks');

/** The first build takes half a minute, later ones come from Go's cache. */
export const BUILD_LIMIT_MS = 300_000;

/** Why the checks that are written in Go cannot be run here; null when they can. */
export const noGo = () =>
  spawnSync('go', ['version'], { cwd: checksDir }).status === 0 ? null : 'Go is not installed here';

/**
 * Builds a program of the module `checks/<name>`, whose go.mod and go.sum pin it.
 * @param {string} name
 * @param {string} goPackage
 * @returns {string} the program's path
 */
export const buildCheck = (name, goPackage) => {
  const dir = join(cacheDir, 'checks');
  mkdirSync(dir, { recursive: true });
  const program = join(dir, name);
  const { status, stderr } = spawnSync(
    'go',
    ['build', '-mod=readonly', '-buildvcs=false', '-o', program, goPackage],
    {
      cwd: join(checksDir, name),
      encoding: 'utf8',
      env: { ...process.env, GOFLAGS: '', GOWORK: 'off', CGO_ENABLED: '0' },
    },
  );
  if (status !== 0) throw new Error(`go build ${goPackage} failed:\n${stderr}`);
  return program;
};
