import { ServerError, SipCallError } from 'livekit-server-sdk';
import { expect, test } from 'vitest';
import { dialResultOf } from './livekit-sip-leg.ts';

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
