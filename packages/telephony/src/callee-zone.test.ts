import { expect, test } from 'vitest';
import { calleeZones } from './callee-zone.ts';
import { parsePhoneNumber } from './phone-number.ts';

const HOME = 'Australia/Brisbane';
const zones = (text: string) => {
  const parsed = parsePhoneNumber(text);
  if (parsed.status !== 'ok') throw new Error(`${text}: ${parsed.reason}`);
  return calleeZones(parsed.number, HOME);
};

test.each([
  ['02 5550 0100', 'Australia/Sydney'],
  ['03 7010 1234', 'Australia/Melbourne'],
  ['07 3107 1901', 'Australia/Brisbane'],
  ['08 9220 1234', 'Australia/Perth'],
  ['08 6220 1234', 'Australia/Perth'],
  ['08 8981 1234', 'Australia/Darwin'],
  ['08 7979 1234', 'Australia/Darwin'],
  ['08 8088 1234', 'Australia/Broken_Hill'],
  ['08 8203 1234', 'Australia/Adelaide'],
  ['08 7010 1234', 'Australia/Adelaide'],
])('the fixed line %s is in %s', (number, zone) => {
  expect(zones(number)).toEqual([zone]);
});

test('an 08 number whose state is not known may be in each of them', () => {
  expect(calleeZones({ e164: '+61825501234', country: 'AU', type: 'fixed_line' }, HOME)).toEqual([
    'Australia/Perth',
    'Australia/Darwin',
    'Australia/Adelaide',
  ]);
});

test.each(['0491 570 156', '1800 975 707', '0147 123 456'])('%s belongs to no place', (number) => {
  expect(zones(number)).toEqual([HOME]);
});

test('a number of another country may be anywhere in it', () => {
  expect(zones('+44 20 7946 0958')).toEqual(['Europe/London']);
  expect(zones('+64 9 887 6986').toSorted()).toEqual(['Pacific/Auckland', 'Pacific/Chatham']);
  expect(zones('+1 202 555 0123')).toEqual(expect.arrayContaining(['America/New_York', 'Pacific/Honolulu']));
});

test('a network of no country is at home', () => {
  expect(calleeZones({ e164: '+88163123456', country: '001', type: 'mobile' }, HOME)).toEqual([HOME]);
});
