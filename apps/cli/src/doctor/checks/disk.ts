import { type Check, type Finding, fail, pass, warn } from '../check.ts';
import { worstOfFolders } from '../kept-folders.ts';
import { freeBytes } from '../probes/folder.ts';

const MIB = 1024 * 1024;
/** The embedded database writes only while there are 48 MiB left. */
const FAIL_BYTES = 100 * MIB;
/** A recorded hour takes about 30 MB; below this a busy day can fill what is left. */
const WARN_BYTES = 1024 * MIB;

const MEND =
  'Free some space, move the folder, or keep less: RETENTION_DAYS, RECORD_CALLS=false, outdial calls purge --before …';

/** Whether a disk has room (pure). */
export const judgeDisk = (name: string, bytes: number): Finding => {
  const seen = `${name} has ${Math.floor(bytes / MIB)} MiB left.`;
  if (bytes < FAIL_BYTES) return fail(seen, MEND);
  return bytes < WARN_BYTES ? warn(seen, MEND) : pass(seen);
};

/** Room on the disks of records, recordings and spool. */
export const diskCheck: Check = {
  id: 'disk',
  run: async ({ settings: { dirs } }) =>
    worstOfFolders(dirs, async (name, path) => judgeDisk(name, await freeBytes(path))),
};
