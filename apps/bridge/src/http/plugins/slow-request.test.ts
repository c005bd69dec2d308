import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { giveUpRequest } from '../server-options.ts';
import { slowRequest } from './slow-request.ts';

let app: FastifyInstance;
beforeAll(async () => {
  app = fastify();
  await app.register(slowRequest, { giveUp: giveUpRequest });
  const handler = async () => 'taken';
  app.post('/quick', { config: { bodyWithinMs: 50 } }, handler);
  app.post('/patient', { config: { bodyWithinMs: 60_000 } }, handler);
  await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => app.close());

/** Sends the head and half of the body; `rest` comes when the server has had the time of `/quick`. */
const speak = async (path: string, rest: Promise<string>): Promise<string> => {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 4\r\n\r\n`;
  socket.write(`${head}"a`);
  void rest.then((bytes) => socket.write(bytes));
  return text(socket);
};

test('a body that does not come to its end is given up, and one that may take its time is taken', async () => {
  const quick = speak('/quick', new Promise(() => {}));
  const patient = speak(
    '/patient',
    quick.then(() => 'b"'),
  );
  expect(await quick).toMatch(/^HTTP\/1\.1 408 .*"code":"request_timeout"/s);
  expect(await patient).toMatch(/^HTTP\/1\.1 200 .*taken$/s);
});
