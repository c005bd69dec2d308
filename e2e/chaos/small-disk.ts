import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const MIB = 1024 * 1024;
// The embedded database takes some 40 MiB when it is new, and keeps 48 free.
const SIZE_MIB = 160;

/** A disk of a test's own, which can be full. */
export type SmallDisk = {
  /** A folder on it. */
  readonly dir: string;
  /** Takes all the space that is left, to the last block. */
  readonly fill: () => void;
  readonly empty: () => void;
  readonly remove: () => void;
};

/** Mounts it at `at`. Throws when this user may not mount: the test cannot be run otherwise, and must not be skipped. */
export const smallDisk = (at: string): SmallDisk => {
  mkdirSync(at, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MIB}m`, 'tmpfs', at], { stdio: 'pipe' });
  } catch (cause) {
    throw new Error(
      'The test of a full disk needs one of its own, and a tmpfs cannot be mounted here: run it as root, in a container with CAP_SYS_ADMIN.',
      { cause },
    );
  }
  const filler = join(at, 'filler');
  return {
    dir: join(at, 'data'),
    fill: () => {
      const file = openSync(filler, 'a');
      try {
        for (const size of [MIB, 512]) {
          const block = Buffer.alloc(size, 1);
          try {
            for (;;) writeSync(file, block);
          } catch (error) {
            if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
          }
        }
      } finally {
        closeSync(file);
      }
    },
    empty: () => rmSync(filler, { force: true }),
    remove: () => {
      execFileSync('umount', [at]);
      rmSync(at, { recursive: true, force: true });
    },
  };
};
