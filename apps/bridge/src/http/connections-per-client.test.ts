import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseRange } from '../domain/address-range.ts';
import { limitPerClient } from './connections-per-client.ts';

const EXEMPT = '127.0.0.3';

const server = createServer((_request, response) => response.end('heard'));
const range = parseRange(EXEMPT);
limitPerClient(server, { most: 3, exempt: range === null ? [] : [range] });

let port = 0;
const sockets: Socket[] = [];
beforeEach(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.close();
  await once(server, 'close');
});

/** A connection that says nothing; the address stands for the host that it comes from. */
const silent = async (localAddress: string): Promise<Socket> => {
  const socket = connect({ host: '127.0.0.1', port, localAddress });
  socket.on('error', () => {});
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
};

/** What a new connection of that host is told; '' if it is closed at once. */
const ask = async (localAddress: string): Promise<string> => {
  const socket = await silent(localAddress);
  let told = '';
  socket.on('data', (chunk) => {
    told += chunk.toString();
  });
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  if (!socket.closed) await once(socket, 'close');
  return told;
};

test('a host with all of its connections open is closed out, and no other', async () => {
  for (let i = 0; i < 3; i++) await silent('127.0.0.1');
  expect(await ask('127.0.0.1')).toBe('');
  expect(await ask('127.0.0.2')).toContain('heard');
});

test('a connection that is gone makes room', async () => {
  const first = await silent('127.0.0.1');
  for (let i = 0; i < 2; i++) await silent('127.0.0.1');
  first.destroy();
  await expect.poll(() => ask('127.0.0.1')).toContain('heard');
});

test('exempt addresses are not counted', async () => {
  for (let i = 0; i < 5; i++) await silent(EXEMPT);
  expect(await ask(EXEMPT)).toContain('heard');
});
