import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { repository } from '../setup/paths.mjs';

// Its types say that it has a default export, which it has not.
const dockerignore = createRequire(import.meta.url)('@balena/dockerignore');

/**
 * Whether `.dockerignore` lets a file of the repository into the images.
 * @type {(file: string) => boolean}
 */
export const isForImages = dockerignore()
  .add(readFileSync(join(repository, '.dockerignore'), 'utf8'))
  .createFilter();
