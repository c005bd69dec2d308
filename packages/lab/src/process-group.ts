import { setTimeout as delay } from 'node:timers/promises';
import { isProcessAlive } from '@outdial/runtime';
import { processTable } from './process-table.ts';

const POLL_MS = 50;
const KILL_LIMIT_MS = 1_000;

/** Sends a signal to a process, or with a negative id to a process group; one that is gone is no error. */
export const signalProcess = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // Already gone.
  }
};

// Where process 1 reaps no orphans, a killed grandchild answers signal 0 for ever; the table leaves zombies out.
const isGroupAlive = (group: number): boolean =>
  isProcessAlive(-group) && processTable().some((entry) => entry.group === group);

/** Waits until a group has no process any more, at most `limitMs` (default 1 s). */
export const groupEnd = async (group: number, limitMs = KILL_LIMIT_MS): Promise<void> => {
  const deadline = performance.now() + limitMs;
  while (isGroupAlive(group) && performance.now() < deadline) await delay(POLL_MS);
};

/**
 * Ends a program and everything that it forked: both are gone when their process group is empty. After `graceMs`
 * comes SIGKILL.
 */
export const stopGroup = async (group: number, signal: NodeJS.Signals, graceMs: number): Promise<void> => {
  signalProcess(-group, signal);
  // One that a test paused hears the signal only when it runs again.
  signalProcess(-group, 'SIGCONT');
  await groupEnd(group, graceMs);
  signalProcess(-group, 'SIGKILL');
  await groupEnd(group);
};
