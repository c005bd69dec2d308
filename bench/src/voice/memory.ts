import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Part } from '@outdial/lab';

const SAMPLE_MS = 250;
const REST_MS = 2_000;
const REST_LIMIT_MS = 60_000;
const KIB_A_MIB = 1024;

/** Resident memory of a process in MiB from the text of /proc/<pid>/status (proc_pid_status(5)). */
export const readRss = (status: string): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / KIB_A_MIB;

const readPss = (rollup: string): number => Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) / KIB_A_MIB;

/** A process may end while its numbers are read: it has none then. */
const readOr = (file: string, read: (text: string) => number): number => {
  try {
    return read(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
};

const rssOf = (pid: number): number => readOr(`/proc/${pid}/status`, readRss);

/** Resident memory of a worker with all that it forked, in MiB. */
export const totalRss = (worker: Part): number => worker.pids().reduce((sum, pid) => sum + rssOf(pid), 0);

/** The same with pages that processes share counted once; from /proc/<pid>/smaps_rollup (proc_pid_smaps(5)). */
export const totalPss = (worker: Part): number =>
  worker.pids().reduce((sum, pid) => sum + readOr(`/proc/${pid}/smaps_rollup`, readPss), 0);

/** Waits until a worker's processes neither come, go, nor grow by more than a hundredth within two seconds. */
export const atRest = async (worker: Part, processes: number | null = null): Promise<void> => {
  const deadline = performance.now() + REST_LIMIT_MS;
  for (;;) {
    const before = { pids: worker.pids().join(), rss: totalRss(worker) };
    await pause(REST_MS);
    const count = worker.pids().length;
    const settled =
      worker.pids().join() === before.pids && Math.abs(totalRss(worker) - before.rss) < before.rss / 100;
    if (settled && count > 1 && (processes === null || count === processes)) return;
    if (performance.now() > deadline) {
      throw new Error(`${worker.name} was not at rest after ${REST_LIMIT_MS / 1000} s: ${count} processes.`);
    }
  }
};

/** Each process of a worker with its resident memory, largest first, MiB. */
export const rssOfEach = (worker: Part): number[] =>
  worker
    .pids()
    .map(rssOf)
    .sort((a, b) => b - a);

/** Watches the memory of a worker's processes until `stop`, which gives the samples of each, MiB. */
export const watchMemory = (worker: Part): { stop(): ReadonlyMap<number, readonly number[]> } => {
  const samples = new Map<number, number[]>();
  const sample = (): void => {
    for (const pid of worker.pids()) {
      const list = samples.get(pid) ?? [];
      samples.set(pid, [...list, rssOf(pid)]);
    }
  };
  const timer = setInterval(sample, SAMPLE_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return samples;
    },
  };
};
