import type { BridgeConfig } from '../../config.ts';
import { type BootMark, markBoot } from './boot-mark.ts';
import { type DataDirLock, lockDataDir } from './data-dir-lock.ts';
import type { DatabasePlace } from './database.ts';
import { checkDiskSpace } from './disk-space.ts';
import { makePrivateFolder } from './private-folder.ts';

/** Where the records are. The folder of the embedded database is ours alone until `lock` is released. */
export type HeldPlace = {
  readonly place: DatabasePlace;
  readonly lock: DataDirLock | null;
  readonly boot: BootMark | null;
};

/**
 * Finds the database that these settings name and holds it, before anything of it is opened.
 *
 * @throws StartError when the data folder cannot be written, is full, or is used by another bridge.
 */
export const holdPlace = (config: Pick<BridgeConfig, 'DATABASE_URL' | 'DATA_DIR'>): HeldPlace => {
  const { DATABASE_URL: url, DATA_DIR: dataDir } = config;
  if (url !== null) return { place: { type: 'postgres', url }, lock: null, boot: null };
  makePrivateFolder(dataDir);
  checkDiskSpace(dataDir);
  return { place: { type: 'folder', dataDir }, lock: lockDataDir(dataDir), boot: markBoot(dataDir) };
};
