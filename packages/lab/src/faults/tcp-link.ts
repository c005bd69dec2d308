import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A stretch of wire between two programs on loopback that a test can cut. */
export type TcpLink = {
  /** Drops every connection and refuses new ones, until `mend`. Can be called twice. */
  cut(): Promise<void>;
  /** Lets connections through again; programs make new ones in their own time. Can be called twice. */
  mend(): Promise<void>;
};

/** Carries connections from `port` to `target` on loopback. `close` ends it for good. */
export const startTcpLink = async (
  port: number,
  target: number,
): Promise<TcpLink & { close(): Promise<void> }> => {
  const open = new Set<Socket>();
  const keep = (socket: Socket): void => {
    open.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.once('close', () => open.delete(socket));
  };
  const server = createServer((near) => {
    const far = connect({ port: target, host: '127.0.0.1' });
    keep(near);
    keep(far);
    near.pipe(far).pipe(near);
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
  });
  const cut = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of open) socket.resetAndDestroy();
    await closed;
  };
  const mend = async (): Promise<void> => {
    if (server.listening) return;
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await mend();
  return { cut, mend, close: cut };
};
