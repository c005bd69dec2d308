import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What stands in front of two bridges where one must not be missed: an HTTP load balancer. */
export type LoadBalancer = {
  readonly url: string;
  /** Adds a bridge; requests go to each in turn, and to the next one where nobody listens. */
  sendTo(bridgeUrl: string): void;
  /** Cuts every connection. */
  close(): Promise<void>;
};

const isRefused = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';

const forward = (to: string, incoming: IncomingMessage, body: Buffer): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const { method, url, headers } = incoming;
    send(new URL(url ?? '/', to), { method, headers, agent: false }, resolve)
      .once('error', reject)
      .end(body);
  });

/**
 * Listens on a free port of loopback. Like nginx it sends a request that may have reached a bridge to no second one:
 * the client sees a broken connection and has to come again.
 */
export const startLoadBalancer = async (): Promise<LoadBalancer> => {
  const bridges: string[] = [];
  let turn = 0;

  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(incoming);
    turn += 1;
    for (let n = 0; n < bridges.length; n += 1) {
      const bridge = bridges[(turn + n) % bridges.length] ?? '';
      try {
        const answer = await forward(bridge, incoming, body);
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.once('error', () => response.destroy());
        answer.pipe(response);
        return;
      } catch (error) {
        if (!isRefused(error)) throw error;
      }
    }
    response.writeHead(502).end();
  };

  const server = createServer((incoming, response) => {
    serve(incoming, response).catch(() => incoming.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sendTo: (bridgeUrl) => void bridges.push(bridgeUrl),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
