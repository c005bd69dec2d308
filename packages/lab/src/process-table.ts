import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** One process of this machine. */
export type ProcessEntry = { readonly pid: number; readonly parent: number; readonly group: number };

const entryOf = (pid: string): ProcessEntry[] => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The program's name stands in brackets and may hold anything (proc_pid_stat(5)).
    const [state, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie is only a place in the table: where process 1 reaps no orphans it stays for ever.
    return state === 'Z' || state === 'X'
      ? []
      : [{ pid: Number(pid), parent: Number(parent), group: Number(group) }];
  } catch {
    return [];
  }
};

/** Every process that lives at this moment. */
export const processTable = (): ProcessEntry[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(entryOf);

/** Processes whose working directory is inside `dir`: every part of a lab has the lab's folder. */
export const processesIn = (dir: string): number[] =>
  processTable().flatMap(({ pid }) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`).startsWith(dir) ? [pid] : [];
    } catch {
      return [];
    }
  });
