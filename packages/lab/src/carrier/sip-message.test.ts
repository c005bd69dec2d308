import { describe, expect, test } from 'vitest';
import { cseqOf, headerOf, parseNameAddress, parseSipMessage } from './sip-message.ts';

describe('parseSipMessage', () => {
  test('reads a request with repeated, folded and oddly spelled headers', () => {
    const message = parseSipMessage(
      'INVITE sip:61491570156@host SIP/2.0\r\nX-Account-Code: a\r\nx-account-code:b\r\nSubject: one\r\n two\r\n\r\nbody\r\n',
    );
    expect(message).toMatchObject({ method: 'INVITE', requestUri: 'sip:61491570156@host', status: null });
    expect(message.headers).toEqual({ 'X-Account-Code': ['a', 'b'], Subject: ['one two'] });
    expect(message.body).toBe('body\r\n');
    expect(headerOf(message, 'x-ACCOUNT-code')).toBe('a');
    expect(headerOf(message, 'absent')).toBe('');
  });

  test('reads a reply', () => {
    const message = parseSipMessage('SIP/2.0 486 Busy Here\r\nCSeq: 2  INVITE\r\n\r\n');
    expect(message).toMatchObject({ method: null, status: 486, reason: 'Busy Here' });
    expect(cseqOf(message)).toEqual({ number: 2, method: 'INVITE' });
  });

  test('does not mistake a header for the start of the body', () => {
    expect(parseSipMessage('SIP/2.0 200\r\nA: 1\r\nbroken line\r\nB: 2').headers).toEqual({
      A: ['1'],
      B: ['2'],
    });
  });
});

describe('parseNameAddress', () => {
  test.each([
    [
      '"Ann Bell" <sip:+61255500199@127.0.0.1;transport=udp>;tag=x1',
      'Ann Bell',
      '+61255500199',
      '127.0.0.1',
      'x1',
    ],
    ['"A \\"B\\" <C>" <sip:a@h:5060>', 'A "B" <C>', 'a', 'h:5060', null],
    ['Ann Bell <sip:a@h>', 'Ann Bell', 'a', 'h', null],
    ['<tel:+61255500100>', null, '+61255500100', '', null],
    ['tel:+61255500100', null, '+61255500100', '', null],
    ['sip:a@h;tag=t', null, 'a', 'h', 't'],
    ['<sip:host:5080>', null, '', 'host:5080', null],
  ])('%s', (value, display, user, host, tag) => {
    expect(parseNameAddress(value)).toMatchObject({ display, user, host, tag });
  });
});
