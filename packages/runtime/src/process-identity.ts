import { readFileSync } from 'node:fs';
import { isProcessAlive } from './process-alive.ts';

/**
 * A process by more than its id, which repeats: in a container that is made anew the first processes get the same
 * ids again. `started` is `null` where it cannot be known (not on Linux, or the process is gone).
 */
export type ProcessIdentity = { readonly pid: number; readonly started: string | null };

/** proc_pid_stat(5): the start time, in clock ticks since boot, is field 22; the second one may hold any character. */
const FIELDS_AFTER_NAME = 22 - 3;

const startOf = (pid: number): string | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[FIELDS_AFTER_NAME];
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return ticks === undefined ? null : `${boot}/${ticks}`;
  } catch {
    return null;
  }
};

/** The identity of a process that runs, to be written down. Never throws. */
export const identifyProcess = (pid = process.pid): ProcessIdentity => ({ pid, started: startOf(pid) });

/** Whether the very process that was written down still runs; by its id alone where nothing else is known. */
export const isStillRunning = ({ pid, started }: ProcessIdentity): boolean => {
  if (!isProcessAlive(pid)) return false;
  const now = startOf(pid);
  return started === null || now === null || started === now;
};
