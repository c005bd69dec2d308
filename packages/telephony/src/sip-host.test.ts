import { describe, expect, test } from 'vitest';
import { parseHostPort } from './sip-host.ts';

describe('parseHostPort', () => {
  test.each<[string, string, number | null]>([
    ['sip.nehos.com.au', 'sip.nehos.com.au', null],
    ['sip.example.com:5061', 'sip.example.com', 5061],
    ['localhost', 'localhost', null],
    ['127.0.0.1:65535', '127.0.0.1', 65_535],
    ['a-b.c', 'a-b.c', null],
    ['4.example', '4.example', null],
  ])('takes %s', (text, host, port) => {
    expect(parseHostPort(text)).toEqual({ status: 'ok', host, port, text });
  });

  test.each([
    '',
    ':5060',
    'host:',
    'host:0',
    'host:05060',
    'host:65536',
    'host:sip',
    'host:5060:1',
    '[::1]',
    '[::1]:5060',
    '::1',
    'a..b',
    '-a.b',
    'a-.b',
    'host.',
    'ho st',
    'ho_st',
    'höst',
    '127.0.0.1.5',
    '127.1',
    '256.0.0.1',
    '127.0.0.01',
    '2130706433',
    '0x7f000001',
    '1.2.3.0x4',
    `${'a'.repeat(64)}.b`,
    'a.'.repeat(130).concat('b'),
    'host\r\n',
    'host/path',
    'user@host',
  ])('refuses %j', (text) => {
    expect(parseHostPort(text).status).toBe('invalid');
  });
});
