import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { processesIn } from './process-table.ts';

/** proc_pid_net(5) and the kernel's tcp_states.h: a TCP socket that listens. */
const LISTENS = '0A';

const TABLES = ['tcp', 'tcp6', 'udp', 'udp6'] as const;

/** A socket as proc_pid_net(5) lists it; `address` in the kernel's hexadecimal words. */
export type BoundSocket = {
  readonly inode: string;
  readonly table: (typeof TABLES)[number];
  readonly address: string;
  readonly port: number;
};

/** Sockets that others can reach: TCP that listens and every bound UDP. */
export const readSockets = (): readonly BoundSocket[] =>
  TABLES.flatMap((table) =>
    linesOf(`/proc/net/${table}`).flatMap((line) => {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      const [address = '', port = ''] = local.split(':');
      if (table.startsWith('tcp') && state !== LISTENS) return [];
      return [{ inode, table, address, port: Number.parseInt(port, 16) }];
    }),
  );

const linesOf = (file: string): string[] => {
  try {
    return readFileSync(file, 'latin1').trimEnd().split('\n').slice(1);
  } catch {
    // No IPv6 on this machine, or a process that has just ended.
    return [];
  }
};

/**
 * The sockets of a process, by inode.
 *
 * @throws when it is gone.
 */
export const socketsOf = (pid: number): readonly string[] =>
  readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      // Closed since it was listed.
      return [];
    }
  });

const socketsIfThere = (pid: number): readonly string[] => {
  try {
    return socketsOf(pid);
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
  const sockets = new Map(readSockets().map((socket) => [socket.inode, socket]));
  const found = processesIn(dir).flatMap((pid) =>
    socketsIfThere(pid).flatMap((inode) => {
      const socket = sockets.get(inode);
      return socket === undefined ? [] : [`${nameOf(pid)} ${socket.table} ${socket.port}`];
    }),
  );
  return [...new Set(found)].sort();
};
