import { readSockets, socketsOf } from '@outdial/lab';

/** 127.0.0.1, ::1 and 127.0.0.1 as an IPv6 address, in the kernel's hexadecimal words. */
const LOOPBACK = [
  '0100007F',
  '00000000000000000000000001000000',
  '0000000000000000FFFF00000100007F',
] as const;

/**
 * The TCP ports that these processes listen on, and whether all the world may reach them.
 *
 * @throws when one of them is gone.
 */
export const listeningOn = (
  pids: readonly number[],
): readonly { readonly port: number; readonly isLoopback: boolean }[] => {
  const own = new Set(pids.flatMap(socketsOf));
  return readSockets()
    .filter(({ table, inode }) => table.startsWith('tcp') && own.has(inode))
    .map(({ port, address }) => ({ port, isLoopback: LOOPBACK.some((one) => one === address) }));
};
