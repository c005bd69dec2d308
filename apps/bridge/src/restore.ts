import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Logger } from '@outdial/runtime';
import { restoreBackup } from './adapters/backup/restore-backup.ts';
import { openDatabase } from './adapters/postgres/database.ts';
import { explainDatabase } from './adapters/postgres/explain-database.ts';
import { holdPlace } from './adapters/postgres/hold-place.ts';
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
  const { place, lock, boot } = holdPlace(config);
  const database = openDatabase(place, () => {}, { patient: true });
  let restored = false;
  try {
    const load = () => restoreBackup(database.db, source);
    const { takenAt, rows, closed, waiting } = await (place.type === 'folder'
      ? load()
      : explainDatabase(load));
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
