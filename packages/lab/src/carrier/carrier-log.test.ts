import { describe, expect, test } from 'vitest';
import type { CarrierCall } from './carrier-call.ts';
import { createCarrierLog } from './carrier-log.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const CALLER = '127.0.0.1:5060';
const PHONE = '127.0.0.1:6000';

type Sip = { callId?: string; cseq: string; toTag?: boolean; headers?: string[]; body?: string };
const sip = (start: string, { callId = 'one', cseq, toTag = false, headers = [], body = '' }: Sip) =>
  base64(
    [
      start,
      'From: "Ann" <sip:61255500199@lab>;tag=a',
      `To: <sip:61491570156@lab>${toTag ? ';tag=b' : ''}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq}`,
      ...headers,
      '',
      body,
    ].join('\r\n'),
  );

/** A log whose lines are a tenth of a second apart, the first at 1000.0 s. */
const logOf = (...entries: [string, ...string[]][]): CarrierCall[] => {
  const log = createCarrierLog();
  entries.forEach(([kind, ...fields], i) => {
    log.add(` 1(77) NOTICE: <script>: outdial ${kind} ${(1000 + i / 10).toFixed(6)} ${fields.join(' ')}`);
  });
  return log.calls();
};
const request = (method: string, more: Sip, source = CALLER): [string, ...string[]] => [
  'request',
  source,
  sip(`${method} sip:61491570156@lab SIP/2.0`, more),
];
const reply = (status: string, more: Sip, source = PHONE): [string, ...string[]] => [
  'reply',
  source,
  sip(`SIP/2.0 ${status}`, { toTag: true, ...more }),
];
const answer = (status: number, reason: string, more: Sip): [string, ...string[]] => [
  'answer',
  String(status),
  base64(reason),
  sip('INVITE sip:61491570156@lab SIP/2.0', more),
];
const INVITE = { cseq: '1 INVITE' };
const AGAIN = {
  cseq: '2 INVITE',
  headers: ['X-Account-Code: a', 'Proxy-Authorization: Digest username="lab"'],
};

describe('a call', () => {
  test('with credentials at the second try, answered, hung up by the phone', () => {
    const calls = logOf(
      request('INVITE', INVITE),
      answer(407, 'Proxy Authentication Required', INVITE),
      request('INVITE', AGAIN),
      reply('100 Trying', AGAIN),
      reply('180 Ringing', AGAIN),
      reply('183 Session Progress', AGAIN),
      reply('200 OK', AGAIN),
      request('ACK', { cseq: '2 ACK', toTag: true }),
      request('BYE', { cseq: '9 BYE', toTag: true }, PHONE),
    );
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({
      callId: 'one',
      requestUri: 'sip:61491570156@lab',
      fromUser: '61255500199',
      fromDisplay: 'Ann',
      fromHost: 'lab',
      authUser: 'lab',
      invites: 2,
      startedAt: 1_000_000,
      ringAt: 1_000_400,
      answeredAt: 1_000_600,
      endedAt: 1_000_800,
      endedBy: 'callee',
      endedWith: 'BYE',
      finalStatus: 200,
      finalReason: 'OK',
    });
    expect(calls[0]?.headers['X-Account-Code']).toEqual(['a']);
    expect(calls[0]?.events.map(({ from, method, status }) => `${from} ${method} ${status}`)).toEqual([
      'caller INVITE null',
      'carrier INVITE 407',
      'caller INVITE null',
      'callee INVITE 180',
      'callee INVITE 183',
      'callee INVITE 200',
      'caller ACK null',
      'callee BYE null',
    ]);
  });

  test('whose phone sends an INVITE of its own inside it keeps its answer', () => {
    const [call] = logOf(
      request('INVITE', INVITE),
      reply('200 OK', INVITE),
      request('INVITE', { cseq: '1 INVITE', toTag: true }, PHONE),
      reply('488 Not Acceptable Here', INVITE, CALLER),
    );
    expect(call).toMatchObject({ finalStatus: 200, answeredAt: 1_000_100, endedAt: null, invites: 1 });
  });

  test('whose messages are repeated on the wire counts once', () => {
    const [call, ...others] = logOf(
      request('INVITE', INVITE),
      request('INVITE', INVITE),
      reply('486 Busy Here', INVITE),
      reply('486 Busy Here', INVITE),
    );
    expect(call).toMatchObject({ invites: 1, finalStatus: 486, endedAt: 1_000_200, endedBy: 'callee' });
    expect(call).toMatchObject({ endedWith: 'refusal', ringAt: null, answeredAt: null });
    expect(call?.events).toHaveLength(2);
    expect(others).toEqual([]);
  });

  test('that the caller cancels ends with 487 by the caller', () => {
    const [call] = logOf(
      request('INVITE', INVITE),
      reply('180 Ringing', INVITE),
      request('CANCEL', { cseq: '1 CANCEL' }),
      reply('200 OK', { cseq: '1 CANCEL' }),
      reply('487 Request Terminated', INVITE),
    );
    expect(call).toMatchObject({
      finalStatus: 487,
      endedBy: 'caller',
      endedWith: 'CANCEL',
      endedAt: 1_000_400,
    });
  });

  test('refused for its login keeps 407 and no end', () => {
    const [call] = logOf(request('INVITE', INVITE), answer(407, 'Proxy Authentication Required', INVITE));
    expect(call).toMatchObject({ finalStatus: 407, endedAt: null, endedBy: null });
  });

  test('is not answered anew by the answer to a later INVITE inside it', () => {
    const later = { cseq: '5 INVITE', toTag: true };
    const [call] = logOf(
      request('INVITE', INVITE),
      reply('200 OK', INVITE),
      request('INVITE', later),
      reply('488 Not Acceptable Here', later),
    );
    expect(call).toMatchObject({ invites: 1, finalStatus: 200, answeredAt: 1_000_100, endedAt: null });
  });

  test('refused by the carrier', () => {
    const [call] = logOf(request('INVITE', INVITE), answer(403, 'Forbidden auth ID', INVITE));
    expect(call).toMatchObject({ finalStatus: 403, finalReason: 'Forbidden auth ID', endedBy: 'carrier' });
  });
});

describe('a transfer', () => {
  const refer = {
    cseq: '3 REFER',
    toTag: true,
    headers: ['Refer-To: tel:+61255500100', 'X-Account-Code: b'],
  };
  const notify = (line: string, cseq: string) =>
    request('NOTIFY', { cseq, toTag: true, headers: ['Event: refer;id=3'], body: `${line}\r\n` }, PHONE);

  test('keeps Refer-To as received, its answer and the news', () => {
    const [call] = logOf(
      request('INVITE', INVITE),
      reply('200 OK', INVITE),
      request('REFER', refer),
      reply('202 Accepted', refer),
      notify('SIP/2.0 100 Trying', '1 NOTIFY'),
      notify('SIP/2.0 200 OK', '2 NOTIFY'),
    );
    expect(call?.refer).toMatchObject({
      at: 1_000_200,
      referTo: 'tel:+61255500100',
      status: 202,
      reason: 'Accepted',
    });
    expect(call?.refer?.headers['X-Account-Code']).toEqual(['b']);
    expect(call?.refer?.notifies).toEqual(['SIP/2.0 100 Trying', 'SIP/2.0 200 OK']);
  });

  test('leads to a leg that has the headers which the carrier passed on', () => {
    const leg = { callId: 'two', cseq: '7 INVITE' };
    const calls = logOf(
      request('INVITE', INVITE),
      request('INVITE', leg, PHONE),
      ['transferred', base64('one'), sip('INVITE sip:x SIP/2.0', leg)],
      ['sent', sip('INVITE sip:x SIP/2.0', { ...leg, headers: ['X-Account-Code: b'] })],
    );
    expect(calls.map(({ callId, referredBy }) => [callId, referredBy])).toEqual([
      ['one', null],
      ['two', 'one'],
    ]);
    expect(calls[1]?.headers['X-Account-Code']).toEqual(['b']);
  });
});

test('lines that are not records, and messages of unknown calls, are ignored', () => {
  const log = createCarrierLog();
  expect(
    log.add(' 0(1) NOTICE: <core> [main.c:733]: handle_sigs(): Thank you for flying kamailio!!!'),
  ).toBeUndefined();
  expect(log.add('')).toBeUndefined();
  const options = sip('OPTIONS sip:lab SIP/2.0', { callId: 'ping', cseq: '1 OPTIONS' });
  expect(log.add(`outdial request 1000.0 ${CALLER} ${options}`)).toBeUndefined();
  expect(log.calls()).toEqual([]);
});
