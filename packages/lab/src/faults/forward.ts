import { type Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** A request as it came: headers in their order and case, the body byte for byte. */
export type RawRequest = {
  readonly method: string;
  readonly path: string;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
};

/** Reads a request to its end. Rejects when the client goes before that. */
export const readRaw = async (request: IncomingMessage): Promise<RawRequest> => ({
  method: request.method ?? 'GET',
  path: request.url ?? '/',
  rawHeaders: request.rawHeaders,
  body: await buffer(request),
});

/** Sends a request on as it came; resolves with the head of the answer. Rejects when nobody answers at `target`. */
export const forward = (
  target: URL,
  { method, path, rawHeaders, body }: RawRequest,
  options: { agent: Agent; signal?: AbortSignal },
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const { hostname: host, port } = target;
    httpRequest({ host, port, method, path, headers: rawHeaders, ...options }, resolve)
      .once('error', reject)
      .end(body);
  });
