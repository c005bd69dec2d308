import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 250;
const WAIT_SECONDS = 25;

/** A call record as the API gives it, as far as the lab reads it. */
export type CallRecord = {
  readonly id: string;
  readonly status: string;
  readonly outcome: { readonly end_reason: string; readonly message: string } | null;
  readonly [name: string]: unknown;
};

/** An answer of the bridge; `body` is parsed when it is JSON. */
export type ApiAnswer = { readonly status: number; readonly headers: Headers; readonly body: unknown };

/** The bridge's API, with the lab's key. */
export type OutdialApi = {
  /** Any request, with the key and as JSON unless its headers say otherwise. Rejects only when no answer comes. */
  request(path: string, init?: RequestInit): Promise<ApiAnswer>;
  /** `POST /dispatch`; rejects with the answer when it is not 202. */
  dispatch(body: Readonly<Record<string, unknown>>): Promise<CallRecord>;
  call(id: string): Promise<CallRecord>;
  /**
   * Waits until the call has its outcome, telling each record on the way that differs from the last. A bridge that
   * is away or cannot reach its records (503) is waited for, too.
   */
  ended(id: string, onChange?: (call: CallRecord) => void): Promise<CallRecord>;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

export const createOutdialApi = (bridgeUrl: string, apiKey: string): OutdialApi => {
  const request = async (path: string, init: RequestInit = {}): Promise<ApiAnswer> => {
    const headers = new Headers({ authorization: `Bearer ${apiKey}` });
    if (init.body !== undefined) headers.set('content-type', 'application/json');
    new Headers(init.headers).forEach((value, name) => {
      headers.set(name, value);
    });
    const response = await fetch(`${bridgeUrl}${path}`, { ...init, headers });
    return { status: response.status, headers: response.headers, body: parsed(await response.text()) };
  };
  const recordIn = (what: string, { status, body }: ApiAnswer): CallRecord => {
    if (status < 200 || status > 299) throw new Error(`${what} answered ${status}: ${JSON.stringify(body)}`);
    return body as CallRecord;
  };
  const call = async (id: string): Promise<CallRecord> =>
    recordIn(`GET /calls/${id}`, await request(`/calls/${id}`));
  return {
    request,
    dispatch: async (body) =>
      recordIn('POST /dispatch', await request('/dispatch', { method: 'POST', body: JSON.stringify(body) })),
    call,
    ended: async (id, onChange) => {
      // Who wants the end alone lets the bridge hold its answer: dozens of calls that were asked for again and
      // again would be a flood to it.
      const path = onChange === undefined ? `/calls/${id}?wait=${WAIT_SECONDS}` : `/calls/${id}`;
      let last = '';
      for (;;) {
        const answer = await request(path).catch(() => null);
        if (answer !== null && answer.status !== 503) {
          const record = recordIn(`GET /calls/${id}`, answer);
          if (JSON.stringify(record) !== last) onChange?.(record);
          last = JSON.stringify(record);
          if (record.outcome !== null) return record;
        }
        await delay(POLL_MS);
      }
    },
  };
};
