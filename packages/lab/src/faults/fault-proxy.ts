import { Agent, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { forward, readRaw } from './forward.ts';
import { startLoopbackServer } from './loopback-server.ts';
import { createUpgradeProxy } from './upgrade-proxy.ts';

/**
 * What happens to a request:
 * - `pass`: forwarded, and the answer given back as it comes. The default.
 * - `drop`: the connection is closed and nothing forwarded.
 * - `forward-then-drop`: forwarded; after the whole answer the connection is closed without it.
 * - `hold`: forwarded when `until` is settled, even if the client has gone by then, as a late packet would be.
 * - `hold-answer`: forwarded at once; the whole answer is given back when `until` is settled.
 */
export type FaultAction =
  | 'pass'
  | 'drop'
  | 'forward-then-drop'
  | { readonly kind: 'hold' | 'hold-answer'; readonly until: Promise<unknown> };

/** A request on its way. */
export type ProxiedRequest = {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** A WebSocket wants to open: only `pass`, `drop` and `hold` mean something then. */
  readonly upgrade: boolean;
};

/** Is asked about each request and may await things first; without an answer the request passes. */
export type FaultHandler = (
  request: ProxiedRequest,
  // biome-ignore lint/suspicious/noConfusingVoidType: a handler that only looks returns nothing
) => FaultAction | void | Promise<FaultAction | void>;

/** A reverse proxy on loopback that breaks requests where a test says so. */
export type FaultProxy = {
  /** Stands in for the target's, with its scheme. */
  readonly url: string;
  readonly port: number;
  /** The new handler takes the old one's place; `null`: everything passes. */
  onRequest(handler: FaultHandler | null): void;
  /** Cuts every connection. Rejects when a handler threw, with what it threw: its request was dropped. */
  close(): Promise<void>;
};

const settled = (promise: Promise<unknown>): Promise<unknown> => promise.catch(() => undefined);

const writeHead = (response: ServerResponse, answer: IncomingMessage): void => {
  response.sendDate = false;
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
};

/**
 * Starts a proxy for the server at `target` (`http:` or `ws:`; its path is not used). Method, path, headers and
 * body pass byte for byte, WebSockets too. When nobody answers at `target`, the client's connection is closed.
 */
export const startFaultProxy = async ({ target }: { target: string }): Promise<FaultProxy> => {
  const to = new URL(target);
  const agent = new Agent({ keepAlive: true });
  const thrown: unknown[] = [];
  let handler: FaultHandler | null = null;

  const decide = async (request: ProxiedRequest): Promise<FaultAction> => {
    try {
      return (await handler?.(request)) ?? 'pass';
    } catch (error) {
      thrown.push(error);
      return 'drop';
    }
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const raw = await readRaw(request);
    const { method, path, body } = raw;
    const action = await decide({ method, path, headers: request.headers, body, upgrade: false });
    if (action === 'drop') {
      request.socket.destroy();
      return;
    }
    if (typeof action === 'object' && action.kind === 'hold') await settled(action.until);
    const answer = await forward(to, raw, { agent });
    const passes = action === 'pass' || (typeof action === 'object' && action.kind === 'hold');
    if (passes) {
      writeHead(response, answer);
      response.flushHeaders();
      await pipeline(answer, response);
      return;
    }
    const content = await buffer(answer);
    if (action === 'forward-then-drop') {
      request.socket.destroy();
      return;
    }
    await settled(action.until);
    writeHead(response, answer);
    response.end(content);
  };

  const { server, port, close } = await startLoopbackServer((request, response) => {
    // The target is away or went in the middle of its answer, or the client did: both ends see a closed connection.
    serve(request, response).catch(() => request.socket.destroy());
  });
  const upgrades = createUpgradeProxy(to, async ({ url = '/', headers }) => {
    const action = await decide({
      method: 'GET',
      path: url,
      headers,
      body: Buffer.alloc(0),
      upgrade: true,
    });
    if (typeof action === 'object' && action.kind === 'hold') await settled(action.until);
    return action !== 'drop';
  });
  server.on('upgrade', upgrades.handle);

  return {
    url: `${to.protocol}//127.0.0.1:${port}`,
    port,
    onRequest: (next) => {
      handler = next;
    },
    close: async () => {
      upgrades.close();
      agent.destroy();
      await close();
      if (thrown.length > 0) throw thrown[0];
    },
  };
};
