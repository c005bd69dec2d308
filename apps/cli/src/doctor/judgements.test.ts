import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { judgeAllowedHost } from './checks/callback-host.ts';
import { judgeCarrier } from './checks/carrier-host.ts';
import { judgeDisk } from './checks/disk.ts';
import { judgeFolder } from './checks/folders.ts';
import { judgeServerVersion } from './checks/livekit-version.ts';
import { judgeRecentCalls } from './checks/recent-calls.ts';
import { judgeRegion } from './checks/region.ts';
import { judgeSipVersion } from './checks/sip-version.ts';
import { judgeHost } from './judge-host.ts';
import { lookAtFolder } from './probes/folder.ts';
import { STATIC_IP_REGIONS } from './static-ip-regions.ts';
import { reaches } from './version-floor.ts';

const NOW = new Date(Date.parse(STATIC_IP_REGIONS.asOf) + 30 * 86_400_000);
const LATER = new Date(Date.parse(STATIC_IP_REGIONS.asOf) + 200 * 86_400_000);

describe('the country that calls leave for, on LiveKit Cloud', () => {
  test('without static addresses and without a login the carrier has nothing to know us by', () => {
    const finding = judgeRegion({ country: 'au', hasLogin: false, now: NOW });
    expect(finding).toMatchObject({ verdict: 'fail', seen: expect.stringContaining('leave for AU') });
    expect(finding.mend).toContain('SIP_TRUNK_USERNAME');
  });

  test('with a login, or from a country that has them, it is well', () => {
    expect(judgeRegion({ country: 'au', hasLogin: true, now: NOW }).verdict).toBe('pass');
    for (const country of ['jp', 'in', 'us', 'ca', 'de']) {
      expect(judgeRegion({ country, hasLogin: false, now: NOW })).toMatchObject({ verdict: 'pass' });
    }
  });

  test('Australia is not among the countries with static addresses', () => {
    expect(Object.values(STATIC_IP_REGIONS.regions).flat()).not.toContain('au');
  });

  test('knowledge that is half a year old warns of itself', () => {
    expect(judgeRegion({ country: 'jp', hasLogin: false, now: LATER })).toMatchObject({
      verdict: 'warn',
      mend: expect.stringContaining(STATIC_IP_REGIONS.source),
    });
  });
});

describe('the way to a host', () => {
  const facts = { host: 'h.example', port: 443, dnsError: null, tcpError: null, tls: null };
  const judge = (change: object) =>
    judgeHost({ ...facts, addresses: ['192.0.2.1'], ...change }, 'X_URL', NOW);

  test('a name with IPv6 addresses only is told, reached or not', () => {
    const addresses = ['2001:db8::1', '2001:db8::2'];
    expect(judge({ addresses })).toMatchObject({
      verdict: 'warn',
      seen: expect.stringMatching(/IPv6 addresses only/),
    });
    expect(judge({ addresses, tcpError: 'ENETUNREACH' })).toMatchObject({
      verdict: 'fail',
      seen: expect.stringMatching(/IPv6 addresses only/),
    });
    expect(judge({ addresses: [...addresses, '192.0.2.1'] }).verdict).toBe('pass');
  });

  test('a certificate that ends within two weeks warns', () => {
    const tls = (days: number) => ({ problem: null, validTo: new Date(NOW.getTime() + days * 86_400_000) });
    expect(judge({ tls: tls(13) })).toMatchObject({
      verdict: 'warn',
      seen: expect.stringMatching(/certificate ends/),
    });
    expect(judge({ tls: tls(20) }).verdict).toBe('pass');
  });

  test('a firewall that drops is told from a port at which nothing listens', () => {
    expect(judge({ tcpError: 'ETIMEDOUT' }).mend).toMatch(/firewall/);
    expect(judge({ tcpError: 'ECONNREFUSED' }).mend).toMatch(/Nothing listens/);
  });
});

describe('the carrier’s host', () => {
  const facts = { host: 'sip.example', addresses: ['203.0.113.5'], dnsError: null, srv: false, cloud: true };

  test.each([
    ['IPv6 only', { addresses: ['2001:db8::1'] }, 'fail', /IPv6 addresses only/],
    ['private, with LiveKit Cloud', { addresses: ['10.1.2.3'] }, 'fail', /private address/],
    [
      'private, with a LiveKit of one’s own',
      { addresses: ['10.1.2.3'], cloud: false },
      'pass',
      /10\.1\.2\.3/,
    ],
    ['unknown', { addresses: [], dnsError: 'ENOTFOUND' }, 'fail', /does not resolve/],
    ['by SRV records alone', { addresses: [], dnsError: 'ENOTFOUND', srv: true }, 'pass', /SRV/],
  ] as const)('%s', (_name, change, verdict, seen) => {
    const finding = judgeCarrier({ ...facts, ...change });
    expect(finding).toMatchObject({ verdict, seen: expect.stringMatching(seen) });
  });
});

test.each([
  ['1.9.12', '1.9.12', true],
  ['1.13.5', '1.9.12', true],
  ['v2.0.0', '1.9.12', true],
  ['1.9.11', '1.9.12', false],
  ['1.8.99', '1.9.0', false],
  ['0.0.0-dev', '1.9.0', null],
  ['unknown', '1.9.0', null],
])('%s reaches %s: %s', (version, floor, verdict) => expect(reaches(version, floor)).toBe(verdict));

test('versions: too old fails, in the lab it warns; what is not told is said so', () => {
  const told = (version: string, cloud = false) => ({ status: 'told', version, cloud, region: '' }) as const;
  expect(judgeServerVersion(told('1.9.11'), false).verdict).toBe('fail');
  expect(judgeServerVersion(told('1.9.11'), true).verdict).toBe('warn');
  expect(judgeServerVersion(told('1.9.12'), false).verdict).toBe('pass');
  expect(judgeServerVersion(told('0.9.0', true), false).verdict).toBe('pass');
  expect(judgeServerVersion({ status: 'silent', reason: 'x' }, false).verdict).toBe('skipped');
  expect(judgeSipVersion('1.8.0', false).verdict).toBe('fail');
  expect(judgeSipVersion('1.8.0', true).verdict).toBe('warn');
  expect(judgeSipVersion('1.9.0', false).verdict).toBe('pass');
  expect(judgeSipVersion('0.0.0-dev', false).verdict).toBe('warn');
  expect(judgeSipVersion(null, false).verdict).toBe('warn');
});

test('a disk that is nearly full', () => {
  expect(judgeDisk('DATA_DIR', 50 * 2 ** 20).verdict).toBe('fail');
  expect(judgeDisk('DATA_DIR', 500 * 2 ** 20).verdict).toBe('warn');
  expect(judgeDisk('DATA_DIR', 5_000 * 2 ** 20).verdict).toBe('pass');
});

test('calls that ended as calls end are no finding, whatever their number', () => {
  const call = (end_reason: string) =>
    ({ outcome: { end_reason } }) as Parameters<typeof judgeRecentCalls>[0][number];
  const calls = (...reasons: string[]) => judgeRecentCalls(reasons.map(call));
  expect(calls('busy', 'busy', 'busy', 'busy', 'busy').verdict).toBe('pass');
  expect(calls('invalid_number', 'invalid_number', 'callee_hangup').verdict).toBe('warn');
  expect(calls('invalid_number', 'callee_hangup').verdict).toBe('pass');
  expect(judgeRecentCalls([{ outcome: null }]).verdict).toBe('pass');
});

test('a name that callbacks may go to and that does not resolve is a warning: nobody may use it', () => {
  const finding = judgeAllowedHost('n8n', { addresses: [], dnsError: 'ENOTFOUND' });
  expect(finding).toMatchObject({ verdict: 'warn', seen: expect.stringContaining('n8n') });
  expect(judgeAllowedHost('n8n', { addresses: ['10.1.2.3'], dnsError: null }).verdict).toBe('pass');
});

test.each([
  [0o700, /and private/],
  [0o770, /open to its group/],
])('a folder of mode %o is called what it is', async (mode, seen) => {
  const dir = mkdtempSync(join(tmpdir(), 'outdial-folder-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  chmodSync(dir, mode);
  const finding = judgeFolder('DATA_DIR', await lookAtFolder(dir));
  expect(finding).toMatchObject({ verdict: 'pass', seen: expect.stringMatching(seen) });
});
