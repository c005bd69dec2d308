import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';

/** A server on a free port of the loopback. */
export type LocalServer = { readonly port: number; close(): Promise<void> };

/** Lets a server listen on a free port of the loopback; closing it cuts its connections. */
export const listen = async (server: Server): Promise<LocalServer> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

/** An HTTP server. */
export const startHttp = (answer: RequestListener): Promise<LocalServer> => listen(createServer(answer));

const pem = (name: string): string => readFileSync(join(import.meta.dirname, 'tls', name), 'utf8');

/** What signs itself in `tls/`; give it to the probe as `ca` to have it trusted. */
export const certificate = (name: 'valid' | 'expired'): string => pem(`${name}.crt`);

/** A TLS server with a certificate for localhost and 127.0.0.1 of `tls/`. */
export const startTls = (name: 'valid' | 'expired'): Promise<LocalServer> =>
  listen(
    createTlsServer({ cert: certificate(name), key: pem(`${name}.key`) }, (_, response) => response.end()),
  );

/** A port at which nothing listens: it was free a moment ago. */
export const unusedPort = async (): Promise<number> => {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};
