import { describe, expect, test } from 'vitest';
import { clientOf, isInRanges, parseRange } from './address-range.ts';

const inside = (ip: string, ...ranges: string[]): boolean =>
  isInRanges(
    ip,
    ranges.map((text) => {
      const range = parseRange(text);
      if (range === null) throw new Error(text);
      return range;
    }),
  );

describe('an address is in a range', () => {
  test.each([
    ['10.1.2.3', '10.0.0.0/8', true],
    ['11.1.2.3', '10.0.0.0/8', false],
    ['::ffff:10.1.2.3', '10.0.0.0/8', true],
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.3', '::ffff:10.1.2.3', true],
    ['10.1.2.4', '::ffff:10.1.2.3', false],
    ['10.1.2.3', '::ffff:10.0.0.0/104', true],
    ['11.1.2.3', '::ffff:10.0.0.0/104', false],
    ['10.1.2.4', '10.1.2.3', false],
    ['2001:db8::1', '2001:db8::/32', true],
    ['2001:db9::1', '2001:db8::/32', false],
    ['::1', '127.0.0.0/8', false],
    ['no address', '0.0.0.0/0', false],
    ['', '0.0.0.0/0', false],
  ])('%s in %s: %s', (ip, range, is) => {
    expect(inside(ip, range)).toBe(is);
  });

  test('of none, when there is none; of any, when there are several', () => {
    expect(inside('10.1.2.3')).toBe(false);
    expect(inside('10.1.2.3', '192.168.0.0/16', '10.0.0.0/8')).toBe(true);
  });
});

test.each([
  '10/8',
  '10.0.0.0/33',
  '127.1',
  '0x7f.0.0.1',
  'localhost',
  '::1/129',
  '::ffff:0:0/90',
  '10.0.0.0/8/8',
  '',
])('%j is no range', (text) => {
  expect(parseRange(text)).toBeNull();
});

test.each([
  ['10.1.2.3', '10.1.2.3'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::'],
  ['2001:db8:1:2:ffff::9', '2001:db8:1:2::'],
  ['2001:db8:1:3::1', '2001:db8:1:3::'],
  ['fe80::1%eth0', 'fe80::'],
  ['unknown', 'unknown'],
  [undefined, 'gone'],
])('%s is counted as %s', (ip, client) => {
  expect(clientOf(ip)).toBe(client);
});
