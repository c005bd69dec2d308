import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ACCOUNT_CODE_PATTERN,
  checkHeaderName,
  checkHeaderValue,
  IDENTITY_HEADERS,
  identityHeader,
} from './sip-headers.ts';

describe('checkHeaderName', () => {
  test.each(['X-Account-Code', 'x-account-code', 'X-Call_Id', 'X-1'])('takes %s', (name) => {
    expect(checkHeaderName(name)).toEqual({ status: 'ok', value: name });
  });
  test.each([
    '',
    'X',
    'X-',
    'X--a',
    'Account-Code',
    'From',
    'To',
    'Via',
    't',
    'Call-ID',
    'Contact',
    'Route',
    'Refer-To',
    'Content-Length',
    'P-Asserted-Identity',
    'Diversion',
    'X-LK-Test-Id',
    'x-livekit-room',
    'X-Twilio-CallSid',
    'X-Amzn-SourceArn',
    'X-A: b',
    'X-A\r\nFrom',
    'X-A ',
    'X-Ä',
    `X-${'a'.repeat(63)}`,
  ])('refuses %j', (name) => {
    expect(checkHeaderName(name)).toEqual({
      status: 'invalid',
      reason: expect.stringMatching(/^[A-Z][ -~]+\.$/),
    });
  });
});

describe('checkHeaderValue', () => {
  test.each(['em-tech-01', 'a', '<sip:a@b>;x=y', 'a b', 'a'.repeat(64)])('takes %j', (value) => {
    expect(checkHeaderValue(value)).toEqual({ status: 'ok', value });
  });
  test.each([
    ['', /empty/],
    ['a'.repeat(65), /longer than 64/],
    ['a\r\nX-Evil: 1', /U\+000D/],
    ['a\nb', /U\+000A/],
    ['a\0', /U\+0000/],
    ['a\tb', /U\+0009/],
    ['a\u007f', /U\+007F/],
    ['é', /U\+00E9/],
    [' a', /space/],
    ['a ', /space/],
  ])('refuses %j', (value, why) => {
    expect(checkHeaderValue(value)).toEqual({ status: 'invalid', reason: expect.stringMatching(why) });
  });
  test('never passes a control character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        const checked = checkHeaderValue(text);
        if (checked.status === 'ok') expect(checked.value).toMatch(/^[!-~]([ -~]*[!-~])?$/);
      }),
    );
  });
});

test.each([
  ['em-tech-01', true],
  ['A.b_c-9', true],
  ['a'.repeat(64), true],
  ['', false],
  ['a'.repeat(65), false],
  ['a b', false],
  ['a\n', false],
  ['a/b', false],
  ['é', false],
])('account code %j: %s', (code, expected) => {
  expect(ACCOUNT_CODE_PATTERN.test(code)).toBe(expected);
});

describe('identityHeader', () => {
  test('writes each header in its own form', () => {
    expect(IDENTITY_HEADERS.map((kind) => identityHeader(kind, '+61731071901', 'sip.nehos.com.au'))).toEqual([
      '<sip:+61731071901@sip.nehos.com.au>',
      '<sip:+61731071901@sip.nehos.com.au>',
      '<sip:+61731071901@sip.nehos.com.au>;party=calling;id-type=subscriber;screen=yes',
    ]);
    expect(identityHeader('P-Asserted-Identity', '0731071901', '127.0.0.1:5070')).toBe(
      '<sip:0731071901@127.0.0.1:5070>',
    );
  });
  test.each([
    ['', 'host'],
    ['1>', 'host'],
    ['1\r\nX: 1', 'host'],
    ['1 2', 'host'],
    ['1', ''],
    ['1', 'host>'],
    ['1', 'host\r\n'],
    ['1', 'host:port'],
  ])('throws on number %j at host %j', (number, host) => {
    expect(() => identityHeader('P-Asserted-Identity', number, host)).toThrow(TypeError);
  });
});
