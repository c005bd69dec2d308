import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isProcessAlive } from '@outdial/runtime';
import { type Reaper, startReaper } from './reaper.ts';

const TAIL_LINES = 25;
const START_LIMIT_MS = 60_000;
const KILL_LIMIT_MS = 1_000;
const POLL_MS = 20;

/** One program of the lab. */
export type PartOptions = {
  /** Names the part in messages and its log file, `<name>.log`. */
  name: string;
  command: string;
  args: readonly string[];
  env?: Record<string, string>;
  /** What asks it to end; default SIGTERM. After `graceMs` (default 1000) comes SIGKILL. */
  stopSignal?: NodeJS.Signals;
  graceMs?: number;
  /** The fact that shows it is up, asked every 20 ms until it is true. A throw counts as not yet. */
  ready: () => Promise<boolean>;
};

export type Part = { name: string; pid: number; logFile: string; stop(): Promise<void> };

/** Starts the programs of one lab and stops every one of them, whatever happens. */
export type PartRunner = {
  /** Starts a program and waits for its `ready`. Rejects with the tail of its log when it ends or stays silent. */
  start(options: PartOptions): Promise<Part>;
  /** Stops everything at once; nothing can be started after it. Can be called twice. */
  stopAll(): Promise<void>;
};

/** The last lines of a log file, for messages. */
export const tailOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  } catch {
    return '(no log)';
  }
};

const signalGroup = (group: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(-group, signal);
  } catch {
    // Already gone.
  }
};

/** A program and everything it forked are gone when their process group is empty. */
const stopGroup = async (group: number, signal: NodeJS.Signals, graceMs: number): Promise<void> => {
  signalGroup(group, signal);
  const deadline = performance.now() + graceMs;
  while (isProcessAlive(-group) && performance.now() < deadline) await delay(POLL_MS);
  signalGroup(group, 'SIGKILL');
  // Where process 1 reaps no orphans, a killed grandchild stays in the list for ever: no waiting without an end.
  const end = performance.now() + KILL_LIMIT_MS;
  while (isProcessAlive(-group) && performance.now() < end) await delay(POLL_MS);
};

const endOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });

/**
 * `dir` takes the log files. `onDeath` hears of a part that ended though nobody asked it to, after it had been
 * ready; the text holds the tail of its log.
 */
export const createPartRunner = (dir: string, onDeath: (message: string) => void): PartRunner => {
  const reaper: Reaper = startReaper();
  const parts: Part[] = [];
  let stopped: Promise<void> | undefined;

  const start = async (options: PartOptions): Promise<Part> => {
    const { name, command, args } = options;
    if (stopped !== undefined) throw new Error(`${name} was not started: the lab is stopping`);
    const logFile = join(dir, `${name}.log`);
    const log = openSync(logFile, 'a');
    // A process group of its own: Ctrl-C reaches only us, and its children can be ended with it.
    const child = spawn(command, args, {
      cwd: dir,
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...options.env },
    });
    closeSync(log);
    const ended = endOf(child);
    const { pid } = child;
    if (pid === undefined) throw new Error(`${name} could not be started with ${command}: ${await ended}`);
    reaper.add(pid);

    let phase: 'starting' | 'up' | 'stopping' | 'gone' = 'starting';
    const gone = ended.then((how) => {
      if (phase === 'up') onDeath(`${name} died (${how}). The end of ${logFile}:\n${tailOf(logFile)}`);
      if (phase !== 'stopping') phase = 'gone';
      return how;
    });
    let stopping: Promise<void> | undefined;
    const stop = async () => {
      phase = 'stopping';
      await stopGroup(pid, options.stopSignal ?? 'SIGTERM', options.graceMs ?? 1000);
      await gone;
      reaper.remove(pid);
    };
    const part: Part = { name, pid, logFile, stop: () => (stopping ??= stop()) };
    parts.push(part);

    const deadline = performance.now() + START_LIMIT_MS;
    for (;;) {
      const ready = await options.ready().catch(() => false);
      if (phase !== 'starting') {
        throw new Error(
          `${name} ended while starting (${await gone}). The end of ${logFile}:\n${tailOf(logFile)}`,
        );
      }
      if (ready) break;
      if (performance.now() > deadline) {
        throw new Error(
          `${name} was not ready after ${START_LIMIT_MS / 1000} s. The end of ${logFile}:\n${tailOf(logFile)}`,
        );
      }
      await delay(POLL_MS);
    }
    phase = 'up';
    return part;
  };

  const stopAll = async () => {
    await Promise.all(parts.map((part) => part.stop()));
    await reaper.stop();
  };
  return { start, stopAll: () => (stopped ??= stopAll()) };
};
