import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isProcessAlive } from '@outdial/runtime';

const RUNS = resolve(import.meta.dirname, '../../../.lab');
const KEPT = 5;
const RUN = /^\d{4}-\d\d-\d\dT[\dZ-]+-(\d+)$/;

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
    if (!isProcessAlive(Number(RUN.exec(name)?.[1])))
      await rm(join(runs, name), { recursive: true, force: true });
  }
};
