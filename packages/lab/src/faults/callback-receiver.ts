import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { readRaw } from './forward.ts';
import { startLoopbackServer } from './loopback-server.ts';

/**
 * What the receiver does: an answer; `hang`: none, with the connection left open until the sender gives up;
 * `reset`: the connection is reset without one.
 */
export type CallbackAnswer =
  | {
      readonly status: number;
      /** Text as it is; anything else as JSON. */
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | 'hang'
  | 'reset';

/** One request that the receiver got. */
export type CallbackRequest = {
  /** Without the query. */
  readonly path: string;
  /** Path and query as they came. */
  readonly url: string;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** The body as it came. */
  readonly text: string;
  /** The body parsed; `undefined` when it is no JSON. */
  readonly json: unknown;
  /** Unix time in ms of its arrival. */
  readonly at: number;
  /** Its place among all requests of this receiver, from 1. */
  readonly order: number;
};

type Answering = (request: CallbackRequest, n: number) => CallbackAnswer | Promise<CallbackAnswer>;

/** An HTTP server in the place of n8n's resume URL. It answers 200 unless told otherwise. */
export type CallbackReceiver = {
  /** Where a path of it is reached, `/webhook-waiting/7` for instance. */
  url(path: string): string;
  /** What came so far, oldest first; with `path` (without a query) for that path alone. */
  requests(path?: string): CallbackRequest[];
  /** How requests to a path are answered from now on; `n` counts all requests to it, from 1. */
  answer(path: string, answering: Answering): void;
  /** How many requests to a path were unanswered at the same time, at most: 1 when none ever overlapped. */
  maxConcurrent(path: string): number;
  /** Cuts every connection, hanging ones too. */
  close(): Promise<void>;
};

type PathState = { requests: CallbackRequest[]; open: number; most: number; answering: Answering };

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const give = (answer: CallbackAnswer, request: IncomingMessage, response: ServerResponse): void => {
  if (answer === 'hang') return;
  if (answer === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  const { status, body = '', headers = {} } = answer;
  const isText = typeof body === 'string';
  response.writeHead(status, isText ? headers : { 'content-type': 'application/json', ...headers });
  response.end(isText ? body : JSON.stringify(body));
};

/** Starts a receiver on a free port of loopback. */
export const startCallbackReceiver = async (): Promise<CallbackReceiver> => {
  const paths = new Map<string, PathState>();
  const all: CallbackRequest[] = [];
  const at = (path: string): PathState => {
    const known = paths.get(path) ?? {
      requests: [],
      open: 0,
      most: 0,
      answering: () => ({ status: 200 }),
    };
    paths.set(path, known);
    return known;
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const arrived = Date.now();
    const url = request.url ?? '/';
    const path = url.split('?')[0] ?? url;
    const state = at(path);
    state.open += 1;
    state.most = Math.max(state.most, state.open);
    let open = true;
    const over = () => {
      if (open) state.open -= 1;
      open = false;
    };
    response.once('close', over);
    const { method, body } = await readRaw(request);
    const text = body.toString('utf8');
    const { headers } = request;
    const order = all.length + 1;
    const got = { path, url, method, headers, text, json: parsed(text), at: arrived, order };
    all.push(got);
    state.requests.push(got);
    const answer = await state.answering(got, state.requests.length);
    // Before the answer is written: its reader may send the next request at once.
    if (answer !== 'hang') over();
    give(answer, request, response);
  };

  const { port, close } = await startLoopbackServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      // A sender that went in the middle hears nothing of it; a test whose answer throws is to see why.
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end(`The answer that a test set failed: ${String(error)}`);
    });
  });
  return {
    url: (path) => `http://127.0.0.1:${port}${path}`,
    requests: (path) => [...(path === undefined ? all : (paths.get(path)?.requests ?? []))],
    answer: (path, answering) => {
      at(path).answering = answering;
    },
    maxConcurrent: (path) => paths.get(path)?.most ?? 0,
    close,
  };
};
