import type { Server } from 'node:http';
import { type AddressRange, clientOf, isInRanges } from '../domain/address-range.ts';
import { createPlaces } from './places.ts';

/** How many connections of one client may be open, and who is not counted. */
export type ClientLimit = { readonly most: number; readonly exempt: readonly AddressRange[] };

/**
 * Closes connections of a client (an IPv4 address, or the /64 of an IPv6 one) beyond its share as they come, so
 * that one host cannot take all that the server has.
 */
export const limitPerClient = (server: Server, { most, exempt }: ClientLimit): void => {
  const places = createPlaces(most);
  server.on('connection', (socket) => {
    if (isInRanges(socket.remoteAddress, exempt)) return;
    const free = places.take(clientOf(socket.remoteAddress));
    if (free === null) socket.destroy();
    else socket.once('close', free);
  });
};
