import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { groupEnd, signalProcess, stopGroup } from './process-group.ts';
import { processTable } from './process-table.ts';
import type { Reaper } from './reaper.ts';

const TAIL_LINES = 25;
const START_LIMIT_MS = 60_000;
const POLL_MS = 20;

/** One program of the lab. */
export type PartOptions = {
  /** Names the part in messages and its log file, `<name>.log`. */
  name: string;
  command: string;
  args: readonly string[];
  env?: Record<string, string>;
  /** Another user to run as; only root can name one. */
  user?: { uid: number; gid: number };
  /** What asks it to end; default SIGTERM. After `graceMs` (default 1000) comes SIGKILL. */
  stopSignal?: NodeJS.Signals;
  graceMs?: number;
  /**
   * The fact that shows it is up, asked every 20 ms until it is true. A throw counts as not yet. `log` is what it
   * wrote since this start.
   */
  ready: (log: () => string) => Promise<boolean>;
};

/** `wholeGroup: false` reaches the program itself and nothing that it forked. Default: both. */
export type Reach = { readonly wholeGroup?: boolean };

/** How a program ended, and how long that was waited for, in ms. */
export type Ending = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly ms: number;
};

/** A program that was started, and what a test may do to it. What is done here is no death that is told of. */
export type Part = {
  readonly name: string;
  /** Of the newest process. */
  readonly pid: number;
  readonly logFile: string;
  /** Every live process of this part: the newest, what it forked, and what a killed parent left behind. */
  pids(): number[];
  /** Sends a signal (default SIGKILL) and waits for the end, however long that takes; never a second signal. */
  kill(signal?: NodeJS.Signals, reach?: Reach): Promise<Ending>;
  /** SIGSTOP. Throws when the program does not run. */
  pause(reach?: Reach): void;
  /** SIGCONT. Throws when the program does not run. */
  resume(reach?: Reach): void;
  /** Asks the program to end, then kills it with all that it forked. Can be called twice. */
  stop(): Promise<void>;
  /** Waits for the newest process to end, whoever ends it. */
  ended(): Promise<Ending>;
  /**
   * The same program again, after any kind of end; resolves when it is ready. Rejects while it runs. `env` adds to
   * its environment, for this one start.
   */
  start(env?: Readonly<Record<string, string>>): Promise<void>;
  /** `start`, after a `stop` if it runs. What a killed parent left behind lives on if it does not. */
  restart(env?: Readonly<Record<string, string>>): Promise<void>;
};

/** What the parts of one lab share. */
export type PartHome = {
  dir: string;
  reaper: Reaper;
  /** Hears of a part that ended though nobody asked it to, after it had been ready. */
  onDeath: (message: string) => void;
  isClosing(): boolean;
};

type Run = {
  pid: number;
  phase: 'starting' | 'up' | 'ending' | 'gone';
  ended: Promise<Omit<Ending, 'ms'> & { how: string }>;
};

/** The last lines of a log file, for messages. */
export const tailOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  } catch {
    return '(no log)';
  }
};

/** A part that has not been started yet. */
export const createPart = (options: PartOptions, home: PartHome): Part => {
  const { name, command, args } = options;
  const logFile = join(home.dir, `${name}.log`);
  const groups = new Set<number>();
  let current: Run | undefined;

  const theEnd = () => `The end of ${logFile}:\n${tailOf(logFile)}`;

  const launch = async (env: Readonly<Record<string, string>>): Promise<{ run: Run; log: () => string }> => {
    const file = openSync(logFile, 'a');
    const { size } = statSync(logFile);
    // A process group of its own: Ctrl-C reaches only us, and its children can be ended with it.
    const child = spawn(command, args, {
      cwd: home.dir,
      detached: true,
      stdio: ['ignore', file, file],
      env: { ...process.env, ...options.env, ...env },
      ...options.user,
    });
    closeSync(file);
    const ended = new Promise<Awaited<Run['ended']>>((resolve) => {
      child.once('error', ({ message }) => resolve({ code: null, signal: null, how: message }));
      child.once('exit', (code, signal) =>
        resolve({ code, signal, how: signal === null ? `exit code ${code}` : `signal ${signal}` }),
      );
    });
    const { pid } = child;
    if (pid === undefined)
      throw new Error(`${name} could not be started with ${command}: ${(await ended).how}`);
    groups.add(pid);
    home.reaper.add(pid);
    const run: Run = { pid, phase: 'starting', ended };
    void ended.then(({ how }) => {
      if (run.phase === 'up') home.onDeath(`${name} died (${how}). ${theEnd()}`);
      run.phase = 'gone';
    });
    current = run;
    return { run, log: () => readFileSync(logFile).subarray(size).toString('utf8') };
  };

  const start = async (env: Readonly<Record<string, string>> = {}): Promise<void> => {
    if (home.isClosing()) throw new Error(`${name} was not started: the lab is stopping`);
    if (current !== undefined && current.phase !== 'gone') throw new Error(`${name} runs already`);
    const { run, log } = await launch(env);
    const deadline = performance.now() + START_LIMIT_MS;
    for (;;) {
      const ready = await options.ready(log).catch(() => false);
      if (run.phase !== 'starting') {
        throw new Error(`${name} ended while starting (${(await run.ended).how}). ${theEnd()}`);
      }
      if (ready) break;
      if (performance.now() > deadline) {
        throw new Error(`${name} was not ready after ${START_LIMIT_MS / 1000} s. ${theEnd()}`);
      }
      await delay(POLL_MS);
    }
    run.phase = 'up';
  };

  const newest = (): Run => {
    if (current === undefined) throw new Error(`${name} was never started`);
    return current;
  };
  const send = (signal: NodeJS.Signals, { wholeGroup = true }: Reach): void =>
    signalProcess(wholeGroup ? -newest().pid : newest().pid, signal);
  const sendAlive = (signal: NodeJS.Signals, reach: Reach = {}): void => {
    if (newest().phase === 'gone') throw new Error(`${name} does not run, so it cannot get ${signal}`);
    send(signal, reach);
  };

  const ended = async (): Promise<Ending> => {
    const asked = performance.now();
    const { code, signal } = await newest().ended;
    return { code, signal, ms: performance.now() - asked };
  };

  const stop = async (): Promise<void> => {
    if (current !== undefined && current.phase !== 'gone') current.phase = 'ending';
    await Promise.all(
      [...groups].map((group) => stopGroup(group, options.stopSignal ?? 'SIGTERM', options.graceMs ?? 1000)),
    );
    await current?.ended;
    for (const group of groups) home.reaper.remove(group);
    groups.clear();
  };

  return {
    name,
    get pid() {
      return newest().pid;
    },
    logFile,
    pids: () => processTable().flatMap(({ pid, group }) => (groups.has(group) ? [pid] : [])),
    kill: async (signal = 'SIGKILL', reach = {}) => {
      const run = newest();
      if (run.phase !== 'gone') run.phase = 'ending';
      send(signal, reach);
      const ending = await ended();
      if (reach.wholeGroup !== false) await groupEnd(run.pid);
      return ending;
    },
    ended,
    pause: (reach) => sendAlive('SIGSTOP', reach),
    resume: (reach) => sendAlive('SIGCONT', reach),
    stop,
    start,
    restart: async (env) => {
      if (newest().phase !== 'gone') await stop();
      await start(env);
    },
  };
};
