import { describe, expect, test } from 'vitest';
import {
  type AllowedHosts,
  acceptsOnlyEnded,
  checkCallbackUrl,
  isAllowedAddress,
  parseAllowedHosts,
} from './callback-target.ts';

const hosts = (text: string): AllowedHosts => {
  const parsed = parseAllowedHosts(text);
  if (parsed.status !== 'ok') throw new Error(parsed.problems.join());
  return parsed.hosts;
};
const NONE = hosts('');

describe('what may be called with an empty list', () => {
  test.each([
    'https://n8n.example.com/webhook-waiting/7?signature=ab',
    'http://n8n.example.com:5678/webhook/calls#part',
    'https://8.8.8.8/x',
    'https://[2606:4700::1111]/x',
    'https://münchen.example/x',
  ])('%s', (url) => {
    expect(checkCallbackUrl(url, NONE)).toEqual({ status: 'ok' });
  });
});

describe('what is not public is refused, in every notation', () => {
  test.each([
    ['loopback', 'http://127.0.0.1:5678/webhook-waiting/7'],
    ['loopback, short', 'http://127.1/'],
    ['loopback, decimal', 'http://2130706433/'],
    ['loopback, hex', 'http://0x7f000001/'],
    ['loopback, octal', 'http://0177.0.0.1/'],
    ['loopback, full-width digits', 'http://１２７.0.0.1/'],
    ['loopback, IPv6', 'http://[::1]/'],
    ['loopback, IPv6-mapped', 'http://[::ffff:127.0.0.1]/'],
    ['loopback, IPv4-compatible', 'http://[::127.0.0.1]/'],
    ['localhost', 'http://localhost:5678/webhook-waiting/7'],
    ['localhost as a whole name', 'http://LOCALHOST./'],
    ['a name under localhost', 'http://n8n.localhost/'],
    ['a name without a dot', 'http://n8n:5678/webhook-waiting/7'],
    ['private', 'http://10.1.2.3/'],
    ['private', 'http://172.16.0.1/'],
    ['private', 'http://192.168.0.1/'],
    ['private, IPv6-mapped', 'http://[::ffff:10.1.2.3]/'],
    ['link-local', 'http://169.254.1.1/'],
    ['metadata', 'http://169.254.169.254/latest/meta-data'],
    ['metadata, IPv6', 'http://[fd00:ec2::254]/'],
    ['metadata at a public address', 'http://168.63.129.16/'],
    ['carrier-grade NAT', 'http://100.64.0.1/'],
    ['unspecified', 'http://0.0.0.0/'],
    ['unspecified, short', 'http://0/'],
    ['unspecified, IPv6', 'http://[::]/'],
    ['broadcast', 'http://255.255.255.255/'],
    ['multicast', 'http://224.0.0.1/'],
    ['link-local, IPv6', 'http://[fe80::1]/'],
    ['unique local', 'http://[fd12:3456::1]/'],
    ['site-local', 'http://[fec0::1]/'],
    ['an IPv4 address behind NAT64', 'http://[64:ff9b::10.0.0.1]/'],
    ['an IPv4 address behind 6to4', 'http://[2002:7f00:1::]/'],
    ['loopback, with a trailing dot', 'http://127.0.0.1./'],
    ['loopback, hex parts', 'http://0x7f.0x0.0x0.0x1/'],
    ['loopback, octal in one', 'http://017700000001/'],
    ['loopback, hex in two parts', 'http://127.0x1/'],
    ['loopback, percent-encoded', 'http://%31%32%37.0.0.1/'],
    ['loopback, circled digits', 'http://①②⑦.⓪.⓪.①/'],
    ['loopback, ideographic full stops', 'http://127。0。0。1/'],
    ['localhost in circled letters', 'http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/'],
    ['localhost, percent-encoded', 'http://%6cocalhost/'],
    ['loopback behind a backslash', 'http:\\\\127.0.0.1\\x'],
    ['loopback with one slash', 'http:/127.0.0.1/'],
    ['private, decimal', 'http://167772161/'],
    ['private, hex, IPv6-mapped', 'http://[::ffff:a00:1]/'],
    ['metadata, decimal', 'http://2852039166/'],
    ['metadata, hex', 'http://0xa9fea9fe/'],
    ['metadata, octal', 'http://0251.0376.0251.0376/'],
    ['metadata, IPv6-mapped', 'http://[::ffff:169.254.169.254]/'],
    ['metadata of Alibaba', 'http://100.100.100.200/'],
    ['metadata of Oracle', 'http://192.0.0.192/'],
    ['a name under localhost with a dot', 'http://a.b.localhost./'],
    ['local-use NAT64', 'http://[64:ff9b:1::a00:1]/'],
    ['Teredo', 'http://[2001::1]/'],
    ['documentation, IPv6', 'http://[3fff::1]/'],
  ])('%s: %s', (_kind, url) => {
    const verdict = checkCallbackUrl(url, NONE);
    if (verdict.status === 'ok') throw new Error('it passed');
    expect(verdict.reason).toContain('CALLBACK_ALLOWED_HOSTS');
    expect(verdict.reason).toContain('WEBHOOK_URL');
  });
});

// First and last address of each block of the IANA special-purpose registries that is not globally reachable.
describe('special-purpose blocks are refused at both ends', () => {
  test.each([
    ['this network', '0.0.0.0', '0.255.255.255'],
    ['private use', '10.0.0.0', '10.255.255.255'],
    ['shared address space', '100.64.0.0', '100.127.255.255'],
    ['loopback', '127.0.0.0', '127.255.255.255'],
    ['link-local', '169.254.0.0', '169.254.255.255'],
    ['private use', '172.16.0.0', '172.31.255.255'],
    ['IETF protocol assignments', '192.0.0.0', '192.0.0.255'],
    ['TEST-NET-1', '192.0.2.0', '192.0.2.255'],
    ['6to4 relay', '192.88.99.0', '192.88.99.255'],
    ['private use', '192.168.0.0', '192.168.255.255'],
    ['benchmarking', '198.18.0.0', '198.19.255.255'],
    ['TEST-NET-2', '198.51.100.0', '198.51.100.255'],
    ['TEST-NET-3', '203.0.113.0', '203.0.113.255'],
    ['multicast', '224.0.0.0', '239.255.255.255'],
    ['reserved', '240.0.0.0', '255.255.255.255'],
    ['unspecified and loopback', '::', '::1'],
    ['IPv4-mapped private use', '::ffff:10.0.0.0', '::ffff:10.255.255.255'],
    ['NAT64', '64:ff9b::', '64:ff9b::ffff:ffff'],
    ['local-use NAT64', '64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff'],
    ['discard only', '100::', '100::ffff:ffff:ffff:ffff'],
    ['IETF protocol assignments', '2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['documentation', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['6to4', '2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['documentation', '3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['segment routing', '5f00::', '5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['unique local', 'fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['link-local', 'fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['site-local', 'fec0::', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['multicast', 'ff00::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ])('%s: %s to %s', (_block, first, last) => {
    for (const ip of [first, last]) expect(isAllowedAddress(ip, 'n8n.example', NONE), ip).toBe(false);
  });

  test('and their neighbours are public', () => {
    for (const ip of [
      '9.255.255.255',
      '11.0.0.0',
      '100.63.255.255',
      '100.128.0.0',
      '172.32.0.0',
      '2003::1',
    ]) {
      expect(isAllowedAddress(ip, 'n8n.example', NONE), ip).toBe(true);
    }
  });
});

describe('what cannot be a callback URL', () => {
  test.each([
    ['', 'not a URL'],
    ['n8n.example.com/webhook', 'not a URL'],
    ['https://', 'not a URL'],
    ['https://n8n.example.com/a b', 'not a URL'],
    ['https://n8n.example.com/\r\nx', 'not a URL'],
    ['ftp://n8n.example.com/', 'https:// or http://'],
    ['file:///etc/passwd', 'https:// or http://'],
    ['data:text/plain,x', 'https:// or http://'],
    ['https://user@n8n.example.com/', 'user name or password'],
    ['https://:secret@n8n.example.com/', 'user name or password'],
    [`https://n8n.example.com/${'x'.repeat(2_000)}`, '2000 characters'],
  ])('%j', (url, words) => {
    expect(checkCallbackUrl(url, NONE)).toEqual({
      status: 'refused',
      reason: expect.stringContaining(words),
    });
  });
});

describe('what is listed may be called', () => {
  test.each([
    ['10.0.0.0/8', 'http://10.1.2.3/', 'ok'],
    ['10.0.0.0/8', 'http://[::ffff:10.1.2.3]/', 'ok'],
    ['10.0.0.0/8', 'http://192.168.0.1/', 'refused'],
    ['192.168.0.7', 'http://192.168.0.7:5678/', 'ok'],
    ['192.168.0.7', 'http://192.168.0.8:5678/', 'refused'],
    ['fd00::/8', 'http://[fd12::1]/', 'ok'],
    ['[::1]', 'http://[::1]:5678/', 'ok'],
    ['::1', 'http://127.0.0.1/', 'refused'],
    ['::1', 'http://localhost/', 'ok'],
    ['127.0.0.0/8', 'http://localhost/', 'ok'],
    ['localhost', 'http://localhost:5678/', 'ok'],
    ['localhost', 'http://127.0.0.1:5678/', 'refused'],
    ['n8n', 'http://N8N:5678/', 'ok'],
    ['other', 'http://n8n:5678/', 'refused'],
    ['172.16.0.0/12', 'http://n8n:5678/', 'ok'],
    ['a.example, 10.0.0.0/8', 'https://public.example/', 'ok'],
  ])('with %s, %s is %s', (list, url, status) => {
    expect(checkCallbackUrl(url, hosts(list)).status).toBe(status);
  });
});

describe('an address that a name resolved to', () => {
  test.each([
    ['8.8.8.8', 'n8n.example', '', true],
    ['10.0.0.1', 'n8n.example', '', false],
    ['::ffff:10.0.0.1', 'n8n.example', '', false],
    ['10.0.0.1', 'n8n.example', 'n8n.example', true],
    ['10.0.0.1', 'N8N.example.', 'n8n.EXAMPLE', true],
    ['10.0.0.1', 'xn--mnchen-3ya.example', 'münchen.example', true],
    ['10.0.0.1', 'evil.n8n.example', 'n8n.example', false],
    ['10.0.0.1', 'n8n.example', '10.0.0.0/24', true],
    ['10.0.1.1', 'n8n.example', '10.0.0.0/24', false],
    ['fe80::1%eth0', 'n8n.example', '', false],
    ['169.254.169.254', 'n8n.example', 'n8n.example', false],
    ['fd00:ec2::254', 'n8n.example', 'n8n.example', false],
    ['fd20:ce::254', 'n8n.example', 'n8n.example', false],
    ['fd00:c1::a9fe:a9fe', 'n8n.example', 'n8n.example', false],
    ['fd00:42::42', 'n8n.example', 'n8n.example', false],
    ['fd00:a9fe:a9fe::1', 'n8n.example', 'n8n.example', false],
    ['100.100.100.200', 'n8n.example', 'n8n.example', false],
    ['168.63.129.16', 'n8n.example', 'n8n.example', false],
    ['0.0.0.0', 'n8n.example', 'n8n.example', false],
    ['224.0.0.1', 'n8n.example', 'n8n.example', false],
    ['169.254.169.254', 'n8n.example', '169.254.169.254', true],
    ['fd12::1', 'n8n.example', 'n8n.example', true],
    ['127.0.0.1', 'n8n.example', 'n8n.example', true],
    ['no address', 'n8n.example', 'n8n.example', false],
  ])('%s of %s with "%s" listed: %s', (ip, host, list, allowed) => {
    expect(isAllowedAddress(ip, host, hosts(list))).toBe(allowed);
  });
});

test.each([
  'http://n8n.lan',
  'n8n.lan:5678',
  'n8n.lan/webhook',
  '10.0.0.0/33',
  '10/8',
  '127.1',
  '*.lan',
  'a b',
  '[n8n]',
])('%s cannot be listed, and it is named', (entry) => {
  expect(parseAllowedHosts(`n8n.lan, ${entry}`)).toEqual({
    status: 'invalid',
    problems: [expect.stringContaining(`"${entry}"`)],
  });
});

test('only the resume URL of a Wait node takes nothing but the end', () => {
  expect(acceptsOnlyEnded('https://n8n.example/webhook-waiting/7?signature=ab')).toBe(true);
  expect(acceptsOnlyEnded('https://n8n.example/sub/webhook-waiting/7/done')).toBe(true);
  expect(acceptsOnlyEnded('https://n8n.example/webhook/7?from=/webhook-waiting/7')).toBe(false);
  expect(acceptsOnlyEnded('nothing')).toBe(false);
});
