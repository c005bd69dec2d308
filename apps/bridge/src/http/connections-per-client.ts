import type { Server } from 'node:http';
import { type AddressRange, clientOf, isInRanges } from '../domain/address-range.ts';

/** How many connections of one client may be open, and who is not counted. */
export type ClientLimit = { readonly most: number; readonly exempt: readonly AddressRange[] };

/**
 * Closes connections of a client (an IPv4 address, or the /64 of an IPv6 one) beyond its share as they come, so
 * that one host cannot take all that the server has.
 */
export const limitPerClient = (server: Server, { most, exempt }: ClientLimit): void => {
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    if (isInRanges(socket.remoteAddress, exempt)) return;
    const client = clientOf(socket.remoteAddress);
    const count = open.get(client) ?? 0;
    if (count >= most) {
      socket.destroy();
      return;
    }
    open.set(client, count + 1);
    socket.once('close', () => {
      const left = (open.get(client) ?? 1) - 1;
      if (left === 0) open.delete(client);
      else open.set(client, left);
    });
  });
};
