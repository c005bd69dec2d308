import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { processesIn } from './process-table.ts';

/** proc_pid_net(5) and the kernel's tcp_states.h: a TCP socket that listens. */
const LISTENS = '0A';

/** Sockets that others can reach, by inode: TCP that listens and every bound UDP. */
const reachable = (): Map<string, string> =>
  new Map(
    ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((table) =>
      linesOf(`/proc/net/${table}`).flatMap((line): [string, string][] => {
        const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
        if (table.startsWith('tcp') && state !== LISTENS) return [];
        return [[inode, `${table} ${Number.parseInt(local.split(':')[1] ?? '', 16)}`]];
      }),
    ),
  );

const linesOf = (file: string): string[] => {
  try {
    return readFileSync(file, 'latin1').trimEnd().split('\n').slice(1);
  } catch {
    // No IPv6 on this machine, or a process that has just ended.
    return [];
  }
};

const socketsOf = (pid: number): string[] => {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
};

const nameOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
};

/**
 * The ports of every program that runs in `dir`, sorted, as `redis-server tcp 20001`. A lab's folder gives those of
 * the lab, and of bridge and agent when their folder is inside.
 */
export const openPorts = (dir: string): string[] => {
  const sockets = reachable();
  const found = processesIn(dir).flatMap((pid) =>
    socketsOf(pid).flatMap((inode) => {
      const port = sockets.get(inode);
      return port === undefined ? [] : [`${nameOf(pid)} ${port}`];
    }),
  );
  return [...new Set(found)].sort();
};
