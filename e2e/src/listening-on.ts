import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** proc_pid_net(5) and the kernel's tcp_states.h: a TCP socket that listens. */
const LISTENS = '0A';
/** 127.0.0.1, ::1 and 127.0.0.1 as an IPv6 address, in the kernel's hexadecimal words. */
const LOOPBACK = [
  '0100007F',
  '00000000000000000000000001000000',
  '0000000000000000FFFF00000100007F',
] as const;

const inodesOf = (pid: number): readonly string[] =>
  readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      // Closed since it was listed.
      return [];
    }
  });

/** The TCP ports that these processes listen on, and whether all the world may reach them. */
export const listeningOn = (
  pids: readonly number[],
): readonly { readonly port: number; readonly isLoopback: boolean }[] => {
  const own = new Set(pids.flatMap(inodesOf));
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, 'latin1')
      .trim()
      .split('\n')
      .slice(1)
      .flatMap((line) => {
        const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
        const [address = '', port = ''] = local.split(':');
        if (state !== LISTENS || !own.has(inode)) return [];
        return [{ port: Number.parseInt(port, 16), isLoopback: LOOPBACK.some((one) => one === address) }];
      }),
  );
};
