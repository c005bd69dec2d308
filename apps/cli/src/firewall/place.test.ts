import { expect, test } from 'vitest';
import { isLocal, isTooWide, parsePlace } from './place.ts';

test.each([
  ['203.0.113.9', { kind: 'ipv4', text: '203.0.113.9' }],
  ['203.0.113.9/24', { kind: 'ipv4', text: '203.0.113.0/24' }],
  ['203.0.113.9/32', { kind: 'ipv4', text: '203.0.113.9' }],
  ['[2001:DB8:0:0::9]', { kind: 'ipv6', text: '2001:db8::9' }],
  ['2001:db8::9/48', { kind: 'ipv6', text: '2001:db8::/48' }],
  [' N8N.Example.COM. ', { kind: 'name', text: 'n8n.example.com' }],
])('%j is understood', (text, place) => {
  expect(parsePlace(text)).toEqual(place);
});

test.each([
  '',
  'n8n',
  'https://n8n.example.com',
  'n8n.example.com:5678',
  'n8n.example.com"; /system reset-configuration',
  'n8n.example.com$x',
  'n8n.exa mple.com',
  'n8n.example.com\n/quit',
  '-a.example.com',
  '*.example.com',
  '300.1.2.3',
  '0x7f.1',
  '1.2.3.4/33',
  '1.2.3.4/',
  '2001:db8::1%eth0',
  '::ffff:203.0.113.9',
  `${'a'.repeat(64)}.example.com`,
  `${'a.'.repeat(130)}com`,
])('%j is no place', (text) => {
  expect(parsePlace(text)).toBeNull();
});

test.each([
  '192.168.88.10',
  '10.1.2.0/24',
  '100.64.1.1',
  '127.0.0.1',
  '169.254.169.254',
  'fd00::1',
  'fe80::1',
  'n8n.lan',
])('%s stays in the office', (text) => {
  expect(parsePlace(text)).toSatisfy((place) => place !== null && isLocal(place));
});

test.each(['0.0.0.0/0', '64.0.0.0/2', '::/0', '2000::/3'])('%s limits nothing', (text) => {
  expect(parsePlace(text)).toSatisfy((place) => place !== null && isTooWide(place));
});

test.each(['8.8.8.0/24', '2001:db8::/32', 'a.example.com'])('%s is outside, and narrow enough', (text) => {
  const place = parsePlace(text);
  expect(place).toSatisfy(() => place !== null && !isLocal(place) && !isTooWide(place));
});
