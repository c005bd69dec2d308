import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A job process of the agent and the room of its call. */
export type Job = { readonly pid: number; readonly room: string };

const fieldsOf = (text: string): { pid?: unknown; room?: unknown } => {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
};

const markedRoom = (dataDir: string, pid: number): unknown => {
  try {
    return fieldsOf(readFileSync(join(dataDir, 'calls', `${pid}.json`), 'utf8')).room;
  } catch {
    return undefined;
  }
};

/**
 * Those of `pids` that hold a call, or held one and have not ended: known by the mark of a live call in `dataDir`,
 * else by the newest line of the agent's log with that process and a room.
 */
export const jobsAmong = (pids: readonly number[], dataDir: string, log: string): Job[] => {
  const logged = new Map<unknown, unknown>();
  for (const line of log.split('\n')) {
    const { pid, room } = fieldsOf(line);
    if (typeof room === 'string') logged.set(pid, room);
  }
  return pids.flatMap((pid) => {
    const room = markedRoom(dataDir, pid) ?? logged.get(pid);
    return typeof room === 'string' ? [{ pid, room }] : [];
  });
};
