import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger } from '@outdial/runtime';
import { ServerError, SipCallError } from 'livekit-server-sdk';
import { expect, test } from 'vitest';
import { testCall } from '../../test/call.ts';
import { testConfig } from '../../test/config.ts';
import { buildInvite } from '../invite.ts';
import { createSipLeg, dialResultOf } from './livekit-sip-leg.ts';

const sipError = new SipCallError('twirp', 'failed', 403, 'permission_denied', {
  sip_status_code: '403',
  sip_status: 'Forbidden auth ID',
});

test("the carrier's status and words are kept", () => {
  expect(dialResultOf(sipError)).toMatchObject({
    status: 'failed',
    sipStatus: 403,
    sipReason: 'Forbidden auth ID',
  });
});

test('an answer of LiveKit itself is a failure without a SIP status', () => {
  const error = new ServerError('twirp', 'object cannot be found', 404, 'not_found');
  expect(dialResultOf(error)).toEqual({
    status: 'failed',
    sipStatus: null,
    sipReason: null,
    errorText: 'not_found: object cannot be found',
  });
});

test('a refused connection proves that nothing was dialled', () => {
  const error = new TypeError('fetch failed', {
    cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }),
  });
  expect(dialResultOf(error).status).toBe('failed');
});

test.each([
  [
    'a connection cut in the middle',
    new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ECONNRESET' }) }),
  ],
  ['no answer in time', new DOMException('The operation timed out', 'TimeoutError')],
])('%s leaves it open whether something was dialled', (_case, error) => {
  expect(dialResultOf(error).status).toBe('lost');
});

test('a dial whose time is over sends nothing, one in time sends one request', async () => {
  const asked: string[] = [];
  const livekit = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(livekit, 'listening');
  try {
    const { port } = livekit.address() as AddressInfo;
    const config = testConfig({ LIVEKIT_URL: `ws://127.0.0.1:${port}` });
    const log = createLogger({ name: 'test', level: 'info', logPii: false }, { write: () => {} });
    const leg = createSipLeg('room', config, log);
    const invite = buildInvite(testCall(), '0255500199', config);
    expect(await leg.dial(invite, performance.now())).toEqual({ status: 'too_late' });
    expect(asked).toEqual([]);
    expect(await leg.dial(invite, performance.now() + 3_000)).toEqual({ status: 'answered' });
    expect(asked).toEqual(['/twirp/livekit.SIP/CreateSIPParticipant']);
  } finally {
    livekit.closeAllConnections();
    livekit.close();
  }
});
