import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type CallbackSender,
  type CallbackSenderOptions,
  createCallbackSender,
} from '../src/adapters/callbacks/callback-sender.ts';
import { parseAllowedHosts } from '../src/domain/callback-target.ts';

/** One request that reached a receiver. */
export type Received = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

/** An HTTP server on a free port of 127.0.0.1 that writes down what it gets and answers as it is told. */
export type Receiver = {
  readonly port: number;
  readonly received: Received[];
  respond: (response: ServerResponse) => void;
  /** The receiver's URL under another name of the same machine. */
  readonly urlAt: (host: string, path?: string) => string;
  /** The one request that came; throws if it is not one. */
  readonly only: () => Received;
  readonly close: () => void;
};

export const startReceiver = async (): Promise<Receiver> => {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request.setEncoding('utf8')) body += part;
    received.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
    receiver.respond(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    port,
    received,
    respond: (response) => response.end('ok'),
    urlAt: (host, path = '/hook') => `http://${host}:${port}${path}`,
    only: () => {
      const [first] = received;
      if (first === undefined || received.length > 1) throw new Error(`${received.length} requests`);
      return first;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return receiver;
};

/** A sender that may reach 127.0.0.1, or what `list` (CALLBACK_ALLOWED_HOSTS) says instead. */
export const makeSender = (
  change: Partial<CallbackSenderOptions> & { readonly list?: string } = {},
): CallbackSender => {
  const { list = '127.0.0.1', ...options } = change;
  const parsed = parseAllowedHosts(list);
  if (parsed.status !== 'ok') throw new Error(parsed.problems.join());
  return createCallbackSender({
    secrets: [],
    allowedHosts: parsed.hosts,
    userAgent: 'Outdial/0.0.0',
    ...options,
  });
};
