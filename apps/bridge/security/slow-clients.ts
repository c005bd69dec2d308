import { connect, type Socket } from 'node:net';
import { nextAddress } from './attack.ts';

const DRIP_MS = 500;

/** Clients that keep a request going as slowly as they can. */
export type SlowClients = {
  /** What each of them heard until its connection was closed. */
  readonly ended: Promise<readonly string[]>;
  readonly stop: () => void;
};

/** So many clients that send `beginning` and then one byte after the other. */
export const startSlowClients = (port: number, count: number, beginning: string): SlowClients => {
  const sockets: Socket[] = [];
  const one = (): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect({ port, host: '127.0.0.1', localAddress: nextAddress() });
      sockets.push(socket);
      let heard = '';
      const drip = setInterval(() => socket.write('x'), DRIP_MS);
      socket.on('connect', () => socket.write(beginning));
      socket.on('data', (data) => {
        heard += data;
      });
      socket.on('error', () => {});
      socket.on('close', () => {
        clearInterval(drip);
        resolve(heard);
      });
    });
  return {
    ended: Promise.all(Array.from({ length: count }, one)),
    stop: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
};
