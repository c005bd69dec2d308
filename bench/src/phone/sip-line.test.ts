import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { headerOf, parseSipMessage, type SipMessage } from '@outdial/lab';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type IncomingCall, mediaOf, openSipLine } from './sip-line.ts';

const SDP = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.9',
  's=-',
  'c=IN IP4 127.0.0.9',
  't=0 0',
  'm=audio 4000 RTP/AVP 9 0 8',
];

const carrier = createSocket('udp4');
const received: SipMessage[] = [];
let line: { close(): void };
let port: number;
let call: IncomingCall | undefined;

const send = (method: string, cseq: number, extra: readonly string[] = [], body = ''): void =>
  carrier.send(
    [
      `${method} sip:61255500200@127.0.0.1 SIP/2.0`,
      'Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK2',
      'Via: SIP/2.0/UDP 127.0.0.2;branch=z9hG4bK1',
      'Record-Route: <sip:127.0.0.1;lr>',
      'From: <sip:61255500199@127.0.0.2>;tag=a',
      'To: <sip:61255500200@127.0.0.1>',
      'Call-ID: one',
      `CSeq: ${cseq} ${method}`,
      'Contact: <sip:caller@127.0.0.2:5062>',
      ...extra,
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n'),
    port,
    '127.0.0.1',
  );
const next = async (): Promise<SipMessage> => {
  await expect.poll(() => received.length).toBeGreaterThan(0);
  return received.shift() as SipMessage;
};

beforeAll(async () => {
  carrier.on('message', (data) => received.push(parseSipMessage(data.toString())));
  carrier.bind(0, '127.0.0.1');
  await once(carrier, 'listening');
});
afterAll(() => carrier.close());
beforeEach(async () => {
  received.length = 0;
  call = undefined;
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  port = socket.address().port;
  socket.close();
  line = await openSipLine(port, (incoming) => {
    call = incoming;
  });
});
afterEach(() => line.close());

const ring = async (): Promise<IncomingCall> => {
  send('INVITE', 1, ['Content-Type: application/sdp'], `${SDP.join('\r\n')}\r\n`);
  expect((await next()).status).toBe(180);
  return call as IncomingCall;
};

test('rings, answers with PCMA, and its own BYE ends the call', async () => {
  const incoming = await ring();
  expect(incoming.media).toEqual({ address: '127.0.0.9', port: 4000 });
  incoming.answer(4002);
  const answer = await next();
  expect(answer.status).toBe(200);
  expect(answer.headers.Via).toHaveLength(2);
  expect(headerOf(answer, 'To')).toMatch(/;tag=/);
  expect(mediaOf(answer.body)).toEqual({ address: '127.0.0.1', port: 4002 });
  send('ACK', 1);

  incoming.hangUp();
  const bye = await next();
  expect(bye).toMatchObject({ method: 'BYE', requestUri: 'sip:caller@127.0.0.2:5062' });
  expect(headerOf(bye, 'Route')).toBe('<sip:127.0.0.1;lr>');
  expect(headerOf(bye, 'From')).toBe(headerOf(answer, 'To'));
  expect(headerOf(bye, 'To')).toBe('<sip:61255500199@127.0.0.2>;tag=a');
  carrier.send('SIP/2.0 200 OK\r\nCall-ID: one\r\nCSeq: 1 BYE\r\n\r\n', port, '127.0.0.1');
  await incoming.ended;
});

test('an answer that nobody acknowledges is sent again', async () => {
  (await ring()).answer(4002);
  expect((await next()).status).toBe(200);
  expect((await next()).status).toBe(200);
});

test('the caller’s BYE and CANCEL end the call; a cancelled INVITE is answered with 487', async () => {
  const answered = await ring();
  send('BYE', 2);
  expect((await next()).status).toBe(200);
  await answered.ended;

  const canceled = await ring();
  send('CANCEL', 1);
  expect([(await next()).status, (await next()).status]).toEqual([200, 487]);
  await canceled.ended;
});

test('an offer without PCMA is named', () => {
  expect(() => mediaOf('c=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 9 0\r\n')).toThrow('no PCMA');
});
