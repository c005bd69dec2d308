import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { newSigningSecret } from '@outdial/runtime';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeSender, type Received, type Receiver, startReceiver } from '../../../test/callback-receiver.ts';
import type { CallbackSender } from './callback-sender.ts';

const BODY = '{"type":"call.ended","data":{"caller_name":"Zoë"}}';
const CALLBACK = { id: 'evt_call_1_call.ended', body: BODY };

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
const keyOf = (secret: string): string => Buffer.from(secret.slice('whsec_'.length), 'base64').toString();
const hmacOf = (key: string, { headers, body }: Received): string =>
  createHmac('sha256', key)
    .update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`)
    .digest('base64');

describe('the request', () => {
  test('is a POST of the body to the URL as it is, with id and time, and unsigned without secrets', async () => {
    const now = new Date('2026-03-01T00:00:00.999Z');
    const url = receiver.urlAt('127.0.0.1', '/webhook-waiting/7?signature=a%2Fb&x=1');
    expect(await sender().send({ ...CALLBACK, url, now })).toEqual({
      status: 'answered',
      httpStatus: 200,
      body: 'ok',
    });
    expect(receiver.only()).toMatchObject({
      method: 'POST',
      url: '/webhook-waiting/7?signature=a%2Fb&x=1',
      body: BODY,
      headers: {
        'content-type': 'application/json',
        connection: 'close',
        'user-agent': 'Outdial/0.0.0',
        'webhook-id': 'evt_call_1_call.ended',
        'webhook-timestamp': String(Date.UTC(2026, 2, 1) / 1_000),
      },
    });
    expect(receiver.only().headers).not.toHaveProperty('webhook-signature');
    expect(receiver.only().headers).not.toHaveProperty('traceparent');
  });

  test('carries a signature of each secret; any of them verifies it', async () => {
    const secrets = [newSigningSecret(), newSigningSecret()];
    await sender({ secrets }).send({ ...CALLBACK, url: receiver.urlAt('127.0.0.1') });
    const { headers, body } = receiver.only();
    for (const secret of secrets) {
      expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual(JSON.parse(BODY));
    }
    expect(() => new Webhook(newSigningSecret()).verify(body, headers as Record<string, string>)).toThrow();
  });

  test('is verified by a plain HMAC whose key is a text, as in n8n’s Crypto node', async () => {
    const secrets = [newSigningSecret(), newSigningSecret()];
    await sender({ secrets }).send({ ...CALLBACK, url: receiver.urlAt('127.0.0.1') });
    expect(receiver.only().headers['webhook-signature']).toBe(
      secrets.map((secret) => `v1,${hmacOf(keyOf(secret), receiver.only())}`).join(' '),
    );
  });
});

describe('the answer', () => {
  test.each([204, 409, 500])('%i comes back with what was said', async (status) => {
    receiver.respond = (response) => response.writeHead(status).end(status === 204 ? '' : 'it has finished');
    const body = status === 204 ? '' : 'it has finished';
    expect(await sender().send({ ...CALLBACK, url: receiver.urlAt('127.0.0.1') })).toEqual({
      status: 'answered',
      httpStatus: status,
      body,
    });
  });

  test('a redirect is not followed', async () => {
    receiver.respond = (response) =>
      response.writeHead(307, { location: receiver.urlAt('127.0.0.1', '/else') }).end();
    const answer = await sender().send({ ...CALLBACK, url: receiver.urlAt('127.0.0.1') });
    expect(answer).toMatchObject({ status: 'answered', httpStatus: 307 });
    expect(receiver.only().url).toBe('/hook');
  });

  test('of any size is read to 4 KiB only, and the rest is not waited for', async () => {
    let closed = false;
    receiver.respond = (response) => {
      response.socket?.on('close', () => {
        closed = true;
      });
      response.write('x'.repeat(5_000));
    };
    const patient = sender({ limits: { totalMs: 60_000, connectMs: 5_000 } });
    const answer = await patient.send({ ...CALLBACK, url: receiver.urlAt('127.0.0.1') });
    expect(answer).toEqual({ status: 'answered', httpStatus: 200, body: 'x'.repeat(4_096) });
    await expect.poll(() => closed).toBe(true);
  }, 8_000);

  test('that breaks off after its status counts as far as it came', async () => {
    receiver.respond = (response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('resumed', () => response.destroy());
    };
    const answer = await sender().send({ ...CALLBACK, url: receiver.urlAt('127.0.0.1') });
    expect(answer).toEqual({ status: 'answered', httpStatus: 200, body: 'resumed' });
  });
});

describe('no answer', () => {
  const limits = { totalMs: 200, connectMs: 100 };

  test.each([
    ['a receiver that hangs', () => {}, 'did not answer within 0.2 s'],
    [
      'a receiver that hangs up',
      (response: ServerResponse) => response.socket?.destroy(),
      'closed the connection',
    ],
    [
      'a reset',
      (response: ServerResponse) => response.socket?.resetAndDestroy(),
      'closed the connection without an answer (ECONNRESET)',
    ],
  ] as const)('%s', async (_case, behaviour, words) => {
    receiver.respond = behaviour;
    const url = receiver.urlAt('127.0.0.1', '/hook?signature=token');
    const answer = await sender({ limits }).send({ ...CALLBACK, url });
    expect(answer).toEqual({ status: 'failed', reason: expect.stringContaining(words) });
    expect(JSON.stringify(answer)).toContain(`127.0.0.1:${receiver.port}`);
    expect(JSON.stringify(answer)).not.toContain('token');
  });

  test('a status without the end of its answer is an answer when the time is over', async () => {
    receiver.respond = (response) => response.writeHead(200).write('resu');
    const answer = await sender({ limits }).send({ ...CALLBACK, url: receiver.urlAt('127.0.0.1') });
    expect(answer).toEqual({ status: 'answered', httpStatus: 200, body: 'resu' });
  });

  test('a port at which nothing listens', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const url = `http://127.0.0.1:${(closed.address() as AddressInfo).port}/`;
    await new Promise((done) => closed.close(done));
    expect(await sender().send({ ...CALLBACK, url })).toEqual({
      status: 'failed',
      reason: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('a receiver without TLS behind https', async () => {
    const url = receiver.urlAt('127.0.0.1').replace('http:', 'https:');
    const answer = await sender().send({ ...CALLBACK, url });
    expect(answer).toEqual({ status: 'failed', reason: expect.stringContaining('TLS') });
  });

  test('a name that does not exist', async () => {
    const resolve = async () => {
      throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    };
    expect(await sender({ resolve }).send({ ...CALLBACK, url: receiver.urlAt('n8n.example') })).toEqual({
      status: 'failed',
      reason: expect.stringContaining('could not be resolved (ENOTFOUND)'),
    });
  });

  test('a connection that does not come about has a shorter limit of its own', async () => {
    const resolve = () => new Promise<never>(() => {});
    const waiting = sender({ resolve, limits: { totalMs: 60_000, connectMs: 100 } });
    expect(await waiting.send({ ...CALLBACK, url: receiver.urlAt('n8n.example') })).toEqual({
      status: 'failed',
      reason: expect.stringContaining('within 0.1 s'),
    });
  }, 8_000);

  test('after close', async () => {
    const gone = sender();
    await gone.close(0);
    senders = [];
    expect((await gone.send({ ...CALLBACK, url: receiver.urlAt('127.0.0.1') })).status).toBe('failed');
    expect(receiver.received).toEqual([]);
  });
});
