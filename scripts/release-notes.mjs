import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { releaseNotes } from './deploy/changelog.mjs';
import { repository } from './setup/paths.mjs';

// node scripts/release-notes.mjs v0.1.0: the notes of that release, or what is missing for it.
try {
  const read = (/** @type {string} */ file) => readFileSync(join(repository, file), 'utf8');
  console.log(
    releaseNotes({
      tag: process.argv[2] ?? '',
      version: JSON.parse(read('package.json')).version,
      changelog: read('CHANGELOG.md'),
    }),
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
