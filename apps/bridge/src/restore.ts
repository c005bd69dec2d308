import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Logger } from '@outdial/runtime';
import { restoreBackup } from './adapters/backup/restore-backup.ts';
import { markBoot } from './adapters/postgres/boot-mark.ts';
import { lockDataDir } from './adapters/postgres/data-dir-lock.ts';
import { openDatabase } from './adapters/postgres/database.ts';
import { checkDiskSpace } from './adapters/postgres/disk-space.ts';
import { explainDatabase } from './adapters/postgres/explain-database.ts';
import { makePrivateFolder } from './adapters/postgres/private-folder.ts';
import type { BridgeConfig } from './config.ts';
import { StartError } from './start-error.ts';

const openSource = async (file: string): Promise<Readable> => {
  if (file === '-') return process.stdin;
  try {
    return (await open(file)).createReadStream();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(`The backup cannot be read: ${reason}.`, { cause });
  }
};

/**
 * Loads a backup (`-`: from stdin) into the database that the bridge would use, which must be empty, and starts
 * nothing.
 *
 * @throws StartError with one sentence when that cannot be done; then nothing was written.
 */
export const restore = async (
  config: Pick<BridgeConfig, 'DATABASE_URL' | 'DATA_DIR'>,
  file: string,
  log: Logger,
): Promise<void> => {
  const source = await openSource(file);
  const url = config.DATABASE_URL;
  if (url === null) {
    makePrivateFolder(config.DATA_DIR);
    checkDiskSpace(config.DATA_DIR);
  }
  const lock = url === null ? lockDataDir(config.DATA_DIR) : null;
  const boot = url === null ? markBoot(config.DATA_DIR) : null;
  const database = openDatabase(
    url === null ? { type: 'folder', dataDir: config.DATA_DIR } : { type: 'postgres', url },
    () => {},
    { patient: true },
  );
  let restored = false;
  try {
    const load = () => restoreBackup(database.db, source);
    const { takenAt, rows, closed, waiting } = await (url === null ? load() : explainDatabase(load));
    restored = true;
    log.info({ takenAt, rows }, 'backup restored');
    log.warn(
      { closed, waiting },
      'calls that were open in the backup ended unknown, those whose time is still to come wait; dialling is paused until POST /resume',
    );
  } finally {
    await database.close();
    // A refused one leaves the mark alone: it may say that the power failed, which the next start has to know.
    if (restored) boot?.writeCleanStop();
    lock?.release();
  }
};
