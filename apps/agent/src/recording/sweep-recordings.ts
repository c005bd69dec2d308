import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isStillRunning, type Logger } from '@outdial/runtime';
import { z } from 'zod';

const ownerSchema = z.object({ pid: z.int().positive(), started: z.string().nullable().default(null) });

/**
 * Deletes the half-made recordings of job processes that died: nobody hands them over, and nobody else would
 * ever delete them. `root` is the folder of agents-js' session directories. Never throws.
 */
export const sweepRecordings = async (root: string, log: Logger): Promise<void> => {
  const names = await readdir(root).catch(() => [] as string[]);
  for (const name of names) {
    const directory = join(root, name);
    try {
      const owner = ownerSchema.parse(JSON.parse(await readFile(join(directory, 'owner.json'), 'utf8')));
      if (isStillRunning(owner)) continue;
      await rm(directory, { recursive: true, force: true });
      log.warn({ pid: owner.pid }, 'the half-made recording of a job that died was deleted');
    } catch {
      // A folder without an owner is none of ours.
    }
  }
};
