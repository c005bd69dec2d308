import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { StartError } from '../../start-error.ts';

const OTHERS = 0o077;
const STICKY = 0o1000;

/**
 * Makes a folder that only this user can look into. One that is there and belongs to this user is closed
 * to others; a shared one with a sticky bit, such as /tmp, is left as it is.
 *
 * @throws StartError when it cannot be made or used.
 */
export const makePrivateFolder = (folder: string, name = 'DATA_DIR'): void => {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { mode, uid } = statSync(folder);
    if (uid !== process.getuid?.() || (mode & STICKY) !== 0 || (mode & OTHERS) === 0) return;
    chmodSync(folder, mode & 0o700);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(
      `${name} cannot be used: ${reason}. It must be a folder that this user may write to.`,
      { cause },
    );
  }
};
