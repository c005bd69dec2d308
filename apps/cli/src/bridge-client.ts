import type { BridgeAccess } from './config.ts';
import { BridgeAway, BridgeRefusal } from './errors.ts';

const TIMEOUT_MS = 30_000;
// A large database takes its time to be written down, and a slow line to be sent over.
const DOWNLOAD_TIMEOUT_MS = 60 * 60 * 1000;

/** An answer of the bridge, parsed and as it came. */
export type Answer<T> = { readonly body: T; readonly text: string };

/** What is left out is not sent. */
export type Query = Readonly<Record<string, string | number | undefined>>;

/**
 * The bridge's HTTP API. Nothing is sent twice: whoever asks again has to know what it means.
 *
 * Both reject with `BridgeRefusal` on an error answer and with `BridgeAway` when there is none.
 */
export type BridgeClient = {
  get<T>(path: string, query?: Query): Promise<Answer<T>>;
  post<T>(path: string, body?: object): Promise<Answer<T>>;
  put<T>(path: string, body?: object): Promise<Answer<T>>;
  delete<T>(path: string): Promise<Answer<T>>;
  /** `POST` of a file as it is. */
  upload<T>(path: string, query: Query, content: Uint8Array<ArrayBuffer>, type: string): Promise<Answer<T>>;
  /** `POST` whose answer is a file; it breaks off when the connection does. */
  download(path: string): Promise<ReadableStream<Uint8Array>>;
};

const withQuery = (path: string, query: Query): string => {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) given.set(name, String(value));
  }
  return given.size === 0 ? path : `${path}?${given}`;
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const codeOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!isRecord(cause)) return String(error);
  return typeof cause.code === 'string' ? cause.code : String(cause);
};

const away = (url: string, error: unknown, timeoutMs: number): BridgeAway =>
  error instanceof Error && error.name === 'TimeoutError'
    ? new BridgeAway(`The bridge at ${url} did not answer within ${timeoutMs / 1000} s.`, { cause: error })
    : new BridgeAway(
        `Cannot reach the bridge at ${url} (${codeOf(error)}); is it running? If it is elsewhere, set BRIDGE_URL.`,
        { cause: error },
      );

type Payload = { readonly content: string | Uint8Array<ArrayBuffer>; readonly type: string };

const asJson = (body: object | undefined): Payload | undefined =>
  body === undefined ? undefined : { content: JSON.stringify(body), type: 'application/json' };

/** A client of the bridge. */
export const createBridgeClient = ({ url, apiKey }: BridgeAccess): BridgeClient => {
  const request = async (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    payload: Payload | undefined,
    timeoutMs: number,
  ): Promise<Response> => {
    const headers: Record<string, string> = { authorization: `Bearer ${apiKey}` };
    if (payload !== undefined) headers['content-type'] = payload.type;
    try {
      return await fetch(`${url}${path}`, {
        method,
        headers: { accept: 'application/json', ...headers },
        body: payload === undefined ? null : payload.content,
        // A POST that is led elsewhere would arrive as a GET.
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      throw away(url, error, timeoutMs);
    }
  };

  const read = async <T>(response: Response): Promise<Answer<T>> => {
    let text: string;
    try {
      text = await response.text();
    } catch (error) {
      throw away(url, error, TIMEOUT_MS);
    }
    const answer = parse(text);
    if (response.ok && isRecord(answer)) return { body: answer as T, text };
    const message = isRecord(answer) && typeof answer.message === 'string' ? answer.message : null;
    throw new BridgeRefusal(
      response.status,
      message ?? `${url} answered ${response.status}, and not as a bridge does; check BRIDGE_URL.`,
    );
  };

  const send = async <T>(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    payload?: Payload,
  ): Promise<Answer<T>> => read(await request(method, path, payload, TIMEOUT_MS));

  return {
    get: (path, query = {}) => send('GET', withQuery(path, query)),
    post: (path, body) => send('POST', path, asJson(body)),
    put: (path, body) => send('PUT', path, asJson(body)),
    delete: (path) => send('DELETE', path),
    upload: (path, query, content, type) => send('POST', withQuery(path, query), { content, type }),
    download: async (path) => {
      const response = await request('POST', path, undefined, DOWNLOAD_TIMEOUT_MS);
      const isFile = response.headers.get('content-type')?.startsWith('application/gzip') === true;
      if (!response.ok || !isFile || response.body === null) {
        await read(response);
        throw new BridgeRefusal(response.status, `${url} answered, and not with a file; check BRIDGE_URL.`);
      }
      return response.body;
    },
  };
};
