import { statfsSync } from 'node:fs';
import { StartError } from '../../start-error.ts';

const MIB = 1024 * 1024;

// Three of Postgres' log files (16 MiB each). PGlite answers a full disk with an error as long as its log has
// room; when it needs the next file and gets none, it spins for ever, and the whole process with it.
const RESERVE_BYTES = 48 * MIB;

/** The disk of the embedded database is nearly full. */
export class DiskFull extends StartError {
  readonly code = 'ENOSPC';

  constructor(dataDir: string, freeBytes: number, reserveBytes: number) {
    const [free, reserve] = [freeBytes, reserveBytes].map((bytes) => Math.floor(bytes / MIB));
    super(
      `The disk of ${dataDir} has ${free} MiB left, and the embedded database writes only while there are ${reserve}. Free some space, move DATA_DIR, or use DATABASE_URL.`,
    );
  }
}

/**
 * Whether the embedded database may write to this folder.
 *
 * @throws DiskFull when less than the reserve is left.
 */
export const checkDiskSpace = (dataDir: string, reserveBytes = RESERVE_BYTES): void => {
  const { bavail, bsize } = statfsSync(dataDir);
  if (bavail * bsize < reserveBytes) throw new DiskFull(dataDir, bavail * bsize, reserveBytes);
};
