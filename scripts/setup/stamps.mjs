import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * A short key that changes when any of the parts does.
 * @param {readonly (string | Buffer)[]} parts
 */
export const keyOf = (parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex').slice(0, 32);
};

/**
 * The key that was stamped last, or null.
 * @param {string} file
 */
export const readStamp = (file) => (existsSync(file) ? readFileSync(file, 'utf8').trim() : null);

/**
 * Written by rename, so that a stamp is there whole or not at all. Stamp last: the stamp is what says
 * that the work was finished.
 * @param {string} file
 * @param {string} key
 */
export const writeStamp = (file, key) => {
  mkdirSync(dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, `${key}\n`);
  renameSync(fresh, file);
};
