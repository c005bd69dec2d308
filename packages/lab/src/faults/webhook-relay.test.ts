import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startWebhookRelay } from './webhook-relay.ts';

type Got = { url: string | undefined; headers: IncomingHttpHeaders; body: string };
type Bridge = { url: string; got: Got[]; server: Server };

let relay: Awaited<ReturnType<typeof startWebhookRelay>>;
const bridges: Bridge[] = [];
beforeEach(async () => {
  relay = await startWebhookRelay(0);
});
afterEach(async () => {
  await relay.close();
  for (const { server } of bridges.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const bridge = async (status = 200): Promise<Bridge> => {
  const got: Got[] = [];
  const server = createServer(async (request, response) => {
    got.push({ url: request.url, headers: request.headers, body: await text(request) });
    response.writeHead(status).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const made = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got, server };
  bridges.push(made);
  relay.sendTo(made.url);
  return made;
};
const tell = async (event: string, more: Record<string, unknown> = {}): Promise<string> => {
  const body = JSON.stringify({ event, ...more });
  const headers = { authorization: 'signed', 'content-type': 'application/webhook+json' };
  const answer = await fetch(relay.url, { method: 'POST', headers, body });
  expect(answer.status).toBe(200);
  return body;
};
const eventsOf = ({ got }: Bridge): string[] => got.map(({ body }) => JSON.parse(body).event);

test('without a bridge a webhook is answered, listed and dropped', async () => {
  await tell('participant_joined', { room: { name: 'call-1-1' }, participant: { identity: 'callee' } });
  await tell('room_finished', { room: { name: 'call-1-1' } });
  expect(relay.received()).toMatchObject([
    { event: 'participant_joined', room: 'call-1-1', participant: 'callee' },
    { event: 'room_finished', room: 'call-1-1', participant: null },
  ]);
  const late = await bridge();
  await tell('room_started');
  await expect.poll(() => eventsOf(late)).toEqual(['room_started']);
});

test('a bridge gets the raw body with its signature', async () => {
  const one = await bridge();
  const body = await tell('room_started', { room: { name: 'ü' } });
  await expect.poll(() => one.got.length).toBe(1);
  expect(one.got[0]).toMatchObject({
    url: '/livekit/webhook',
    headers: { authorization: 'signed', 'content-type': 'application/webhook+json' },
    body,
  });
});

test('of several bridges each webhook goes to one, in order, and one that refuses or is away harms nobody', async () => {
  const [one, two] = [await bridge(), await bridge(404)];
  relay.sendTo('http://127.0.0.1:1');
  for (const event of ['a', 'b', 'c', 'd', 'e', 'f']) await tell(event);
  await expect
    .poll(() => [eventsOf(one), eventsOf(two)])
    .toEqual([
      ['a', 'd'],
      ['b', 'e'],
    ]);
  relay.stopSendingTo(one.url);
  relay.stopSendingTo('http://127.0.0.1:1');
  await tell('g');
  await expect.poll(() => eventsOf(two)).toEqual(['b', 'e', 'g']);
});

test('what is dropped is gone, what is held comes when released', async () => {
  const one = await bridge();
  relay.setMode('drop');
  await tell('dropped');
  relay.setMode('hold');
  for (const event of ['a', 'b', 'c']) await tell(event);
  relay.setMode('pass');
  await tell('later');
  await expect.poll(() => eventsOf(one)).toEqual(['later']);
  expect((await relay.release({ order: 'kept' })).map(({ event }) => event)).toEqual(['a', 'b', 'c']);
  expect(eventsOf(one)).toEqual(['later', 'a', 'b', 'c']);
  expect(await relay.release({ order: 'kept' })).toEqual([]);
  expect(relay.received()).toHaveLength(5);
});

test('held webhooks can be doubled and shuffled, and the order is told', async () => {
  const one = await bridge();
  relay.setMode('hold');
  const names = Array.from({ length: 20 }, (_, i) => `e${i}`);
  for (const event of names) await tell(event);
  const sent = (await relay.release({ order: 'shuffled', times: 2 })).map(({ event }) => event);
  expect([...sent].sort()).toEqual([...names, ...names].sort());
  expect(sent).not.toEqual([...names, ...names]);
  expect(eventsOf(one)).toEqual(sent);
});
