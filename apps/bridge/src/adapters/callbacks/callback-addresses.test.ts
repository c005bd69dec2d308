import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeSender, type Receiver, startReceiver } from '../../../test/callback-receiver.ts';
import type { CallbackSender } from './callback-sender.ts';

const CALLBACK = { id: 'evt_call_1_call.ended', body: '{}' };

let receiver: Receiver;
let senders: CallbackSender[];

beforeEach(async () => {
  senders = [];
  receiver = await startReceiver();
});
afterEach(async () => {
  receiver.close();
  await Promise.all(senders.map((made) => made.close(0)));
});

const sender = (options: Parameters<typeof makeSender>[0] = {}): CallbackSender => {
  const made = makeSender(options);
  senders.push(made);
  return made;
};

/** Look-ups that answer in turn with these addresses, and how many there were. */
const names = (...turns: readonly (readonly string[])[]) => {
  const asked: string[] = [];
  const resolve = async (host: string): Promise<readonly LookupAddress[]> => {
    const addresses = turns[asked.length] ?? [];
    asked.push(host);
    return addresses.map((address) => ({ address, family: 4 }));
  };
  return { asked, resolve };
};

const refused = { status: 'refused', reason: expect.stringContaining('CALLBACK_ALLOWED_HOSTS') };

test('an address that is not listed is refused without a look-up', async () => {
  expect(await sender({ list: '' }).send({ ...CALLBACK, url: receiver.urlAt('127.0.0.1') })).toEqual(refused);
  expect(await sender({ list: '' }).send({ ...CALLBACK, url: receiver.urlAt('localhost') })).toEqual(refused);
  expect(receiver.received).toEqual([]);
});

test('a public name with a private address is refused, unless one of both is listed', async () => {
  const url = receiver.urlAt('n8n.example');
  const send = (list: string) =>
    sender({ list, resolve: names(['127.0.0.1']).resolve }).send({ ...CALLBACK, url });
  expect(await send('')).toEqual(refused);
  expect(await send('10.0.0.0/8, other.example')).toEqual(refused);
  expect(receiver.received).toEqual([]);
  expect(await send('127.0.0.0/8')).toMatchObject({ status: 'answered' });
  expect(await send('n8n.example')).toMatchObject({ status: 'answered' });
  expect(receiver.received).toHaveLength(2);
});

test('localhost, resolved by the system, when it is listed', async () => {
  const answer = await sender({ list: 'localhost' }).send({ ...CALLBACK, url: receiver.urlAt('localhost') });
  expect(answer).toMatchObject({ status: 'answered', httpStatus: 200 });
});

test('a name is looked up once per attempt and reached at the address that was checked', async () => {
  const dns = names(['127.0.0.1'], ['127.0.0.2']);
  const rebinding = sender({ resolve: dns.resolve });
  const url = receiver.urlAt('rebind.example');
  expect(await rebinding.send({ ...CALLBACK, url })).toMatchObject({ status: 'answered' });
  expect(dns.asked).toEqual(['rebind.example']);
  expect(receiver.only().headers.host).toBe(`rebind.example:${receiver.port}`);
  // The next attempt asks again, and is judged by the new answer.
  expect(await rebinding.send({ ...CALLBACK, url })).toEqual(refused);
  expect(dns.asked).toHaveLength(2);
  expect(receiver.received).toHaveLength(1);
});

test('of several addresses only those that are allowed are tried', async () => {
  const other = createServer((_request, response) => response.end('wrong'));
  other.listen(receiver.port, '127.0.0.2');
  await once(other, 'listening');
  try {
    const { resolve } = names(['127.0.0.2', '127.0.0.1']);
    const answer = await sender({ resolve }).send({ ...CALLBACK, url: receiver.urlAt('n8n.example') });
    expect(answer).toMatchObject({ status: 'answered', body: 'ok' });
  } finally {
    other.closeAllConnections();
    other.close();
  }
});
