import { mkdirSync, writeFileSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { identifyProcess, isStillRunning, type Logger } from '@outdial/runtime';
import { z } from 'zod';

const markSchema = z.object({
  pid: z.int().positive(),
  started: z.string().nullable().default(null),
  room: z.string().min(1),
  /** Callee and target talk with each other, and the bridge watches over them. */
  bridged: z.boolean().default(false),
});

/** The mark of a process that holds a call. Neither throws. */
export type CallMark = {
  /** From now on the call needs this process no more. */
  bridged(): void;
  release(): Promise<void>;
};

/**
 * Marks this process as the one that holds the call in `room`. Never throws: a disk that cannot be written is no
 * reason not to call.
 */
export const holdCall = (dir: string, room: string, log: Logger, pid = process.pid): CallMark => {
  const path = join(dir, `${pid}.json`);
  const holder = identifyProcess(pid);
  const write = (mark: z.input<typeof markSchema>, consequence: string) => {
    try {
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      writeFileSync(path, JSON.stringify(mark), { mode: 0o600 });
    } catch (error) {
      log.error({ reason: String(error) }, `the call cannot be marked in DATA_DIR; ${consequence}`);
    }
  };
  write({ ...holder, room }, 'if this job dies its room stays');
  return {
    bridged: () => write({ ...holder, room, bridged: true }, 'if this job dies the transferred call ends'),
    release: () => rm(path, { force: true }).catch(() => {}),
  };
};

/**
 * Ends the calls of job processes that died: a callee left alone would hear nothing, for as long as
 * LiveKit keeps the leg. Never throws; a room that cannot be deleted is tried again next time.
 */
export const endCallsOfTheDead = async (
  dir: string,
  deleteRoom: (room: string) => Promise<void>,
  log: Logger,
): Promise<void> => {
  const names = await readdir(dir).catch(() => [] as string[]);
  for (const name of names) {
    try {
      const mark = markSchema.parse(JSON.parse(await readFile(join(dir, name), 'utf8')));
      if (isStillRunning(mark)) continue;
      if (!mark.bridged) await deleteRoom(mark.room);
      await rm(join(dir, name), { force: true });
      if (mark.bridged) {
        log.error({ room: mark.room, pid: mark.pid }, 'a job process died; callee and target talk on');
        continue;
      }
      log.error({ room: mark.room, pid: mark.pid }, 'a job process died in a call; the call was ended');
    } catch (error) {
      log.warn({ file: name, reason: String(error) }, 'a call of a dead job process could not be ended yet');
    }
  }
};
