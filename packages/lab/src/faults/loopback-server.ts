import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP server on loopback. */
export type LoopbackServer = {
  readonly server: Server;
  readonly port: number;
  /** Cuts every connection. */
  close(): Promise<void>;
};

/** Listens on `port`, any free one by default. It never ends an idle connection: that would be a fault of its own. */
export const startLoopbackServer = async (
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  port = 0,
): Promise<LoopbackServer> => {
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, handle);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    server,
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
