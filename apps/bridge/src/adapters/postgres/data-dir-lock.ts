import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartError } from '../../start-error.ts';
import { makePrivateFolder } from './private-folder.ts';

/** Another process works on this folder. */
export class DataDirLocked extends StartError {
  constructor(dataDir: string, holder: string) {
    super(
      `Another bridge works on ${dataDir} (${holder}). Stop it first, or give this one its own DATA_DIR; several bridges share records through DATABASE_URL.`,
    );
  }
}

/** The lock on a data folder; `release` may be called more than once. */
export type DataDirLock = { readonly release: () => void };

// A lock whose holder forgot it would go with the garbage: only release and the end of the process free one.
const held = new Set<DatabaseSync>();

const SQLITE_BUSY = 5;

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;

const readHolder = (path: string): string => {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return 'its pid is not known yet';
  }
};

/**
 * Takes the exclusive lock on a data folder, which two processes on one PGlite folder would ruin.
 * SQLite's exclusive transaction is a lock of the operating system on `bridge.lock`: the kernel gives
 * it back however the process ends, so nothing stale is ever left, also between containers that share
 * a volume. `bridge.pid` only tells people who holds it.
 *
 * @throws DataDirLocked naming the pid of the process that holds it.
 */
export const lockDataDir = (dataDir: string): DataDirLock => {
  makePrivateFolder(dataDir);
  const pidFile = join(dataDir, 'bridge.pid');
  const lockFile = join(dataDir, 'bridge.lock');
  const database = new DatabaseSync(lockFile);
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw isBusy(error) ? new DataDirLocked(dataDir, readHolder(pidFile)) : error;
  }
  held.add(database);
  writeFileSync(pidFile, `pid ${process.pid}\n`);
  for (const file of [lockFile, pidFile]) chmodSync(file, 0o600);
  return {
    release: () => {
      held.delete(database);
      if (database.isOpen) database.close();
    },
  };
};
