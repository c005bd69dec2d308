import type { BridgeAccess } from './config.ts';
import { BridgeAway, BridgeRefusal } from './errors.ts';

const TIMEOUT_MS = 30_000;

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

const away = (url: string, error: unknown): BridgeAway =>
  error instanceof Error && error.name === 'TimeoutError'
    ? new BridgeAway(`The bridge at ${url} did not answer within ${TIMEOUT_MS / 1000} s.`, { cause: error })
    : new BridgeAway(
        `Cannot reach the bridge at ${url} (${codeOf(error)}); is it running? If it is elsewhere, set BRIDGE_URL.`,
        { cause: error },
      );

/** A client of the bridge. */
export const createBridgeClient = ({ url, apiKey }: BridgeAccess): BridgeClient => {
  const send = async <T>(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer<T>> => {
    const headers: Record<string, string> = { accept: 'application/json', authorization: `Bearer ${apiKey}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    let status: number;
    let text: string;
    try {
      const response = await fetch(`${url}${path}`, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        // A POST that is led elsewhere would arrive as a GET.
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      status = response.status;
      text = await response.text();
    } catch (error) {
      throw away(url, error);
    }
    const answer = parse(text);
    if (status >= 200 && status < 300 && isRecord(answer)) return { body: answer as T, text };
    const message = isRecord(answer) && typeof answer.message === 'string' ? answer.message : null;
    throw new BridgeRefusal(
      status,
      message ?? `${url} answered ${status}, and not as a bridge does; check BRIDGE_URL.`,
    );
  };

  return {
    get: (path, query = {}) => send('GET', withQuery(path, query)),
    post: (path, body) => send('POST', path, body),
  };
};
