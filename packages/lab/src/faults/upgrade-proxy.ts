import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';

/** Carries WebSockets through a proxy. */
export type UpgradeProxy = {
  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
};

const headOf = ({ method, url, httpVersion, rawHeaders }: IncomingMessage): string => {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
};

/** Sends an upgrade that `admit` lets in on to `target` as it came, and then every byte both ways. */
export const createUpgradeProxy = (
  target: URL,
  admit: (request: IncomingMessage) => Promise<boolean>,
): UpgradeProxy => {
  const open = new Set<Duplex>();
  const keep = (socket: Duplex): void => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => open.delete(socket));
  };
  const connectBoth = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const upstream = connect({ port: Number(target.port), host: target.hostname });
    keep(upstream);
    upstream.write(headOf(request));
    upstream.write(head);
    upstream.pipe(socket).pipe(upstream);
    upstream.once('close', () => socket.destroy());
    socket.once('close', () => upstream.destroy());
  };
  return {
    handle: (request, socket, head) => {
      keep(socket);
      void admit(request).then((admitted) => {
        if (admitted && !socket.destroyed) connectBoth(request, socket, head);
        else socket.destroy();
      });
    },
    close: () => {
      for (const socket of open) socket.destroy();
    },
  };
};
