import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const markSchema = z.object({ boot: z.string().min(1), clean: z.boolean() });

/** Whether what an embedded database says can be believed, and how to say so to the next start. */
export type BootMark = {
  /** True when the host was started anew since an unclean stop: the last writes may be missing. */
  readonly powerLost: boolean;
  /** Says that the database is in use in this run of the host. Call it when what was lost is dealt with. */
  readonly writeRunning: () => void;
  /** Says that the database was closed in order. Call it when it is. */
  readonly writeCleanStop: () => void;
};

/** The id of this run of the operating system: it changes with each start of the host, not of the process. */
export const readBootId = (): string => {
  if (existsSync('/proc/sys/kernel/random/boot_id')) {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  }
  // macOS; elsewhere there is no such id, and every unclean stop counts as a power cut.
  try {
    return execFileSync('sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8' }).trim();
  } catch {
    return `unknown-${process.pid}-${Date.now()}`;
  }
};

const syncFile = (path: string): void => {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
};

const syncTree = (folder: string): void => {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() || entry.isDirectory()) syncFile(join(entry.parentPath, entry.name));
  }
  syncFile(folder);
};

// The mark must outlive a power cut itself: written beside, synced, renamed, and the folder synced.
const writeMark = (dataDir: string, mark: z.infer<typeof markSchema>): void => {
  const path = join(dataDir, 'boot.json');
  const file = openSync(`${path}.part`, 'w', 0o600);
  try {
    writeSync(file, JSON.stringify(mark));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.part`, path);
  syncFile(dataDir);
};

const readMark = (dataDir: string): z.infer<typeof markSchema> | null => {
  try {
    return markSchema.parse(JSON.parse(readFileSync(join(dataDir, 'boot.json'), 'utf8')));
  } catch {
    return null;
  }
};

/**
 * Reads and writes the mark of the data folder. PGlite never calls fsync: a killed process loses nothing, as the
 * operating system keeps what was written, but a power cut may. Which of the two it was tells the boot id.
 */
export const markBoot = (dataDir: string, boot = readBootId()): BootMark => {
  const before = readMark(dataDir);
  const isNew = !existsSync(join(dataDir, 'pglite'));
  const powerLost = !isNew && (before === null || (!before.clean && before.boot !== boot));
  return {
    powerLost,
    // Not before: a start that is cut short must find the power cut again, or forget it for ever.
    writeRunning: () => writeMark(dataDir, { boot, clean: false }),
    writeCleanStop: () => {
      syncTree(join(dataDir, 'pglite'));
      writeMark(dataDir, { boot, clean: true });
    },
  };
};
