import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the set-up keeps things: all below the repository's `.cache`, which git ignores. */
export const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const cacheDir = join(repository, '.cache');
export const logsDir = join(cacheDir, 'logs');
export const toolsDir = join(cacheDir, 'tools');
export const toolsBin = join(toolsDir, 'node_modules', '.bin');
export const labBin = join(cacheDir, 'lab', 'bin');
export const setupDir = join(repository, 'scripts', 'setup');

/** The Node.js that runs everything of the project's own; the one that runs these scripts may be older. */
export const node24 = join(toolsBin, 'node');
