import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Part } from '@outdial/lab';

const SAMPLE_MS = 250;
const REST_MS = 2_000;
const REST_LIMIT_MS = 60_000;
const KIB_A_MIB = 1024;

/** Resident memory of a process in MiB from the text of /proc/<pid>/status (proc_pid_status(5)). */
export const readRss = (status: string): number => {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kib === undefined ? 0 : Number(kib) / KIB_A_MIB;
};

const rssOf = (pid: number): number => {
  try {
    return readRss(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return 0;
  }
};

/** Resident memory of a worker with all that it forked, in MiB. */
export const totalRss = (worker: Part): number => worker.pids().reduce((sum, pid) => sum + rssOf(pid), 0);

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
