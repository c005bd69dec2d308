import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { claimPortBlock, type PortBlock } from '../ports.ts';
import { startTcpLink } from './tcp-link.ts';

let ports: PortBlock;
let server: Server;
let link: Awaited<ReturnType<typeof startTcpLink>>;
let port: number;
const ends: Socket[] = [];
beforeEach(async () => {
  ports = await claimPortBlock();
  server = createServer((socket) => {
    ends.push(socket);
    socket.on('error', () => undefined).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = await ports.take();
  link = await startTcpLink(port, (server.address() as AddressInfo).port);
});
afterEach(async () => {
  await link.close();
  for (const socket of ends.splice(0)) socket.destroy();
  server.close();
  await ports.release();
});

const dial = async (): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1');
  ends.push(socket);
  await once(socket, 'connect');
  return socket;
};
const echo = async (socket: Socket, text: string): Promise<string> => {
  socket.write(text);
  return String((await once(socket, 'data'))[0]);
};

test('bytes pass both ways until the link is cut, and again when it is mended', async () => {
  const socket = await dial();
  expect(await echo(socket, 'one')).toBe('one');
  const dropped = new Promise((resolve) => socket.once('error', resolve));
  const farEnd = new Promise((resolve) => ends[1]?.once('close', resolve));
  await link.cut();
  await link.cut();
  expect(await dropped).toMatchObject({ code: 'ECONNRESET' });
  await farEnd;
  await expect(dial()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await link.mend();
  await link.mend();
  expect(await echo(await dial(), 'two')).toBe('two');
});

test('an end that closes closes the other', async () => {
  const socket = await dial();
  await echo(socket, 'one');
  const closed = once(socket, 'close');
  ends.find((end) => end !== socket)?.destroy();
  await closed;
});
