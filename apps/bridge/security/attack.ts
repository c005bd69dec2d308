import { request } from 'node:http';
import { connect } from 'node:net';

/** One bad request, and how it is to be refused. */
export type Attack = {
  readonly name: string;
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Sent as JSON unless it is text or bytes. */
  readonly body?: unknown;
  /** The API key; `null`: none. Without it: one that may dispatch and read. */
  readonly key?: string | null;
  readonly status: number;
  /** The code of the refusal, or those of which it is one. */
  readonly code: string | readonly string[];
};

/** An attack that is no HTTP request which a client would send: its bytes, and the status of the first answer. */
export type WireAttack = {
  readonly name: string;
  readonly bytes: string | Buffer;
  /** The status of the answer; `null`: the connection is closed without one. */
  readonly status: number | null;
};

/** What came back. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
};

let clients = 0;
/** Another address of this machine each time, so that no client is counted for another one. */
export const nextAddress = (): string => {
  clients += 1;
  return `127.1.${Math.floor(clients / 250)}.${(clients % 250) + 1}`;
};

const bytesOf = (body: unknown): Buffer | null => {
  if (body === undefined) return null;
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
};

/** Sends an attack as it stands, from an address of its own. */
export const attack = (
  port: number,
  { method, path, headers, body, key }: Omit<Attack, 'name' | 'status' | 'code'>,
  goodKey: string,
): Promise<Answer> => {
  const bytes = bytesOf(body);
  const all: Record<string, string | string[]> = bytes === null ? {} : { 'content-type': 'application/json' };
  if (key !== null) all.authorization = `Bearer ${key ?? goodKey}`;
  for (const [name, value] of Object.entries(headers ?? {})) {
    all[name] = typeof value === 'string' ? value : [...value];
  }
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method: method ?? (bytes === null ? 'GET' : 'POST'),
        headers: bytes === null ? all : { 'content-length': String(bytes.length), ...all },
        localAddress: nextAddress(),
        agent: false,
      },
      async (answer) => {
        let text = '';
        for await (const part of answer.setEncoding('utf8')) text += part;
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text });
      },
    );
    sent.on('error', reject);
    sent.end(bytes ?? undefined);
  });
};

/** Sends bytes and gives what was heard until the bridge closed the connection, or had answered `answers` times. */
export const speak = (port: number, bytes: string | Buffer, answers = 1): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: nextAddress() });
    let heard = '';
    socket.on('connect', () => socket.write(bytes));
    socket.on('data', (data) => {
      heard += data.toString('latin1');
      if (statusesIn(heard).length >= answers && heard.includes('\r\n\r\n')) socket.end();
    });
    socket.on('close', () => resolve(heard));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve(heard) : reject(error),
    );
  });

/** The statuses of all answers in what was heard. */
export const statusesIn = (heard: string): readonly number[] =>
  [...heard.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
