import { connect, type Socket } from 'node:net';

/** An event of baresip's ctrl_tcp module about a call; `id` is the SIP Call-ID. */
export type BaresipEvent = { type: string; id: string; direction: 'incoming' | 'outgoing'; param: string };

/** The one control connection of a baresip: it serves no second one. */
export type BaresipControl = {
  /** Runs a command of baresip's menu, e.g. `hangup`. Rejects when baresip refuses it or goes away. */
  command(name: string, params?: string): Promise<string>;
  close(): void;
};

type Answer = { ok: boolean; data: string };
type Waiting = { resolve: (answer: Answer) => void; reject: (error: Error) => void };

/** Takes whole netstrings (`12:hello world!,`) off the front of `bytes`; gives what is left of it. */
export const takeNetstrings = (bytes: Buffer, take: (payload: string) => void): Buffer => {
  let left = bytes;
  for (;;) {
    const colon = left.indexOf(0x3a);
    if (colon < 0) return left;
    const length = Number(left.subarray(0, colon).toString('latin1'));
    const end = colon + 1 + length;
    if (left.length <= end) return left;
    take(left.subarray(colon + 1, end).toString('utf8'));
    left = left.subarray(end + 1);
  }
};

const open = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });

/** Connects to baresip's ctrl_tcp on loopback. `onEvent` hears of every event of a call. */
export const controlBaresip = async (
  port: number,
  onEvent: (event: BaresipEvent) => void,
): Promise<BaresipControl> => {
  const socket = await open(port);
  const waiting = new Map<string, Waiting>();
  let sent = 0;
  let left: Buffer = Buffer.alloc(0);

  const take = (payload: string) => {
    const message = JSON.parse(payload) as Record<string, unknown>;
    if (message.event === true) {
      if (typeof message.type === 'string' && typeof message.id === 'string') {
        const direction = message.direction === 'outgoing' ? 'outgoing' : 'incoming';
        onEvent({ type: message.type, id: message.id, direction, param: String(message.param ?? '') });
      }
      return;
    }
    const token = String(message.token);
    waiting.get(token)?.resolve({ ok: message.ok === true, data: String(message.data ?? '') });
    waiting.delete(token);
  };
  socket.on('data', (chunk: Buffer) => {
    left = takeNetstrings(Buffer.concat([left, chunk]), take);
  });
  socket.on('error', () => undefined);
  socket.once('close', () => {
    for (const { reject } of waiting.values()) reject(new Error(`baresip's control port ${port} closed`));
    waiting.clear();
  });

  const command = async (name: string, params?: string): Promise<string> => {
    sent += 1;
    const token = String(sent);
    const text = JSON.stringify({ command: name, ...(params === undefined ? {} : { params }), token });
    const answered = new Promise<Answer>((resolve, reject) => waiting.set(token, { resolve, reject }));
    socket.write(`${Buffer.byteLength(text)}:${text},`);
    const { ok, data } = await answered;
    if (!ok) throw new Error(`baresip refused "${name}": ${data}`);
    return data;
  };
  return { command, close: () => void socket.destroy() };
};
