import { once } from 'node:events';
import { WebSocket } from 'ws';

export type Message = Record<string, unknown>;

/** A client that keeps what it receives, so that nothing is missed between two waits. */
export type Client = {
  socket: WebSocket;
  received: Message[];
  send(message: unknown): void;
  /** The first message, received already or still to come, that fits. Rejects when the socket closes first. */
  until(fits: (message: Message) => boolean): Promise<Message>;
  /** The close code. */
  closed: Promise<number>;
};

/** Connects; rejects with `status 401` or the like when the server refuses. */
export const connect = async (url: string, headers: Record<string, string>): Promise<Client> => {
  const socket = new WebSocket(url, { headers });
  const received: Message[] = [];
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  socket.on('message', (data) => received.push(JSON.parse(data.toString())));
  const refused = new Promise<never>((_, reject) => {
    socket.once('unexpected-response', (request, response) => {
      request.destroy();
      reject(new Error(`status ${response.statusCode}`));
    });
    socket.once('error', reject);
  });
  await Promise.race([once(socket, 'open'), refused]);
  refused.catch(() => undefined);
  socket.on('error', () => undefined);

  const until = async (fits: (message: Message) => boolean): Promise<Message> => {
    for (;;) {
      const found = received.find(fits);
      if (found) return found;
      const more = await Promise.race([once(socket, 'message'), closed]);
      if (typeof more === 'number' && !received.some(fits)) throw new Error(`closed with ${more}`);
    }
  };
  return { socket, received, closed, until, send: (message) => socket.send(JSON.stringify(message)) };
};
