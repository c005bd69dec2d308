import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const RUNS = resolve(import.meta.dirname, '../../../.lab');
const KEPT = 5;
const RUN = /^\d{4}-\d\d-\d\dT[\dZ-]+-(\d+)$/;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** A new folder for one run of the lab, `<repo>/.lab/<time>-<pid>`; it is not made yet. */
export const newLabDir = (now = new Date()): string =>
  join(RUNS, `${now.toISOString().replace(/[:.]/g, '-')}-${process.pid}`);

/**
 * Removes the folders of all but the last five runs; each holds tens of megabytes of recordings. The
 * folder of a lab that still runs stays. Never throws.
 */
export const pruneLabDirs = async (runs = RUNS): Promise<void> => {
  const names = (await readdir(runs).catch(() => [] as string[])).filter((name) => RUN.test(name)).sort();
  for (const name of names.slice(0, -KEPT)) {
    if (!isAlive(Number(RUN.exec(name)?.[1]))) await rm(join(runs, name), { recursive: true, force: true });
  }
};
