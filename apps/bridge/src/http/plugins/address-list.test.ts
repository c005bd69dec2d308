import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SECRET, startTestBridge, type TestBridge } from '../../../test/test-bridge.ts';
import { parseRange } from '../../domain/address-range.ts';

const PROXY = '192.0.2.10';
const OFFICE = '198.51.100.7';
const STRANGER = '203.0.113.7';

let bridge: TestBridge;
beforeAll(async () => {
  const allowedAddresses = ['198.51.100.0/24', '2001:db8::/48']
    .map(parseRange)
    .filter((range) => range !== null);
  bridge = await startTestBridge({ allowedAddresses, trustProxy: [`${PROXY}/32`] });
});
afterAll(() => bridge?.close());

const ask = async (remoteAddress: string, url: string, headers: Record<string, string> = {}) =>
  bridge.app.inject({ url, remoteAddress, headers: { authorization: `Bearer ${SECRET}`, ...headers } });

describe('an address that is listed', () => {
  test.each([OFFICE, `::ffff:${OFFICE}`, '2001:db8::1'])('%s is heard', async (address) => {
    expect((await ask(address, '/calls')).statusCode).toBe(200);
  });

  test('is heard behind a proxy that is named', async () => {
    expect((await ask(PROXY, '/calls', { 'x-forwarded-for': OFFICE })).statusCode).toBe(200);
    expect((await ask(PROXY, '/calls', { 'x-forwarded-for': `1.2.3.4, ${OFFICE}` })).statusCode).toBe(200);
  });
});

describe('an address that is not listed', () => {
  test.each(['/calls', '/openapi.json', '/nothing', '/', '/sign-in', '/assets/outdial.css'])(
    'gets nothing at %s, even with a key, and is told which it is',
    async (url) => {
      const answer = await ask(STRANGER, url);
      expect([answer.statusCode, answer.json().code]).toEqual([403, 'address_not_allowed']);
      expect(answer.json().message).toContain(STRANGER);
      expect(answer.json().message).toContain('BRIDGE_TRUST_PROXY');
    },
  );

  test('is not helped by a header of its own, nor by one that it puts before its proxy', async () => {
    for (const forwarded of [OFFICE, `${OFFICE}, ${OFFICE}`, '127.0.0.1']) {
      expect((await ask(STRANGER, '/calls', { 'x-forwarded-for': forwarded })).statusCode).toBe(403);
    }
    expect((await ask(PROXY, '/calls', { 'x-forwarded-for': `${OFFICE}, ${STRANGER}` })).statusCode).toBe(
      403,
    );
    for (const text of ['unknown', '', OFFICE.replaceAll('.', ','), `${OFFICE}:80`, `[${OFFICE}]`]) {
      expect((await ask(PROXY, '/calls', { 'x-forwarded-for': text })).statusCode).toBe(403);
    }
  });

  test('still gets health, and its agents and LiveKit are asked for their signature', async () => {
    for (const url of ['/healthz', '/readyz']) expect((await ask(STRANGER, url)).statusCode).toBe(200);
    for (const url of ['/agent/calls/call_x/grant', '/livekit/webhook']) {
      const answer = await bridge.app.inject({
        method: 'POST',
        url,
        remoteAddress: STRANGER,
        payload: {},
      });
      expect([answer.statusCode, answer.json().code]).toEqual([401, 'signature_invalid']);
    }
  });
});
