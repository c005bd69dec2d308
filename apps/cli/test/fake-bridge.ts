import { createServer, type IncomingHttpHeaders } from 'node:http';
import { listen } from './local-server.ts';

/** One request, as the bridge received it. */
export type Received = {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON; `null` when there was no body. */
  readonly body: unknown;
};

/** An answer; `cut` breaks the connection instead. */
export type Reply = { readonly status: number; readonly body: unknown } | 'cut';

export type FakeBridge = {
  readonly url: string;
  readonly received: readonly Received[];
  /** The requests as "METHOD /path". */
  lines(): readonly string[];
  close(): Promise<void>;
};

/** An HTTP server on a free port that answers each request as `answer` says, texts as they are. */
export const startFakeBridge = async (
  answer: (request: Received, count: number) => Reply,
): Promise<FakeBridge> => {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const one: Received = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: text === '' ? null : JSON.parse(text),
    };
    received.push(one);
    const reply = answer(one, received.length);
    if (reply === 'cut') return request.socket.destroy();
    response.writeHead(reply.status, { 'content-type': 'application/json' });
    response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body));
  });
  const { port, close } = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    lines: () => received.map(({ method, path }) => `${method} ${path}`),
    close,
  };
};

/** An error answer as the bridge words it. */
export const refusal = (status: number, message: string): Reply => ({
  status,
  body: { message, detail: message, status, code: 'x', title: 'x', type: 'x', errors: [] },
});
