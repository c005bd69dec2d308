import { createPart, type Part, type PartOptions } from './part.ts';
import { type Reaper, startReaper } from './reaper.ts';

export type { Part, PartOptions } from './part.ts';

/** Starts the programs of one lab and stops every one of them, whatever happens. */
export type PartRunner = {
  /** Starts a program and waits for its `ready`. Rejects with the tail of its log when it ends or stays silent. */
  start(options: PartOptions): Promise<Part>;
  /** The newest part of that name. Throws when there is none. */
  part(name: string): Part;
  /** Stops everything at once; nothing can be started after it. Can be called twice. */
  stopAll(): Promise<void>;
};

/**
 * `dir` takes the log files. `onDeath` hears of a part that ended though nobody asked it to, after it had been
 * ready; the text holds the tail of its log.
 */
export const createPartRunner = (dir: string, onDeath: (message: string) => void): PartRunner => {
  const reaper: Reaper = startReaper();
  const parts: Part[] = [];
  let stopped: Promise<void> | undefined;
  const home = { dir, reaper, onDeath, isClosing: () => stopped !== undefined };

  const stopAll = async () => {
    await Promise.all(parts.map((part) => part.stop()));
    await reaper.stop();
  };
  return {
    start: async (options) => {
      const part = createPart(options, home);
      parts.push(part);
      await part.start();
      return part;
    },
    part: (name) => {
      const found = parts.findLast((part) => part.name === name);
      if (found === undefined) throw new Error(`no part of this lab is named ${name}`);
      return found;
    },
    stopAll: () => (stopped ??= stopAll()),
  };
};
