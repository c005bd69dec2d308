import { expect, test } from 'vitest';
import { judgeCallbackAnswer } from './callback-verdict.ts';

const answered = (httpStatus: number, body = '') =>
  judgeCallbackAnswer({ status: 'answered', httpStatus, body });

test.each([200, 201, 202, 204, 299])('%i is delivered', (httpStatus) => {
  expect(answered(httpStatus, 'The execution has finished.')).toEqual({ status: 'delivered' });
});

test.each([
  [301, 'retry', 'redirects are not followed'],
  [308, 'retry', 'redirects are not followed'],
  [400, 'retry', 'answered 400'],
  [401, 'dead', 'signature'],
  [403, 'retry', 'answered 403'],
  [404, 'dead', 'the execution waits no longer, the node’s method is not POST'],
  [404, 'dead', 'WEBHOOK_URL is wrong'],
  [408, 'retry', 'answered 408'],
  [410, 'dead', 'gone for good'],
  [429, 'retry', 'answered 429'],
  [500, 'retry', 'answered 500'],
  [503, 'retry', 'answered 503'],
] as const)('%i → %s, naming "%s"', (httpStatus, status, words) => {
  expect(answered(httpStatus)).toEqual({ status, detail: expect.stringContaining(words) });
});

test.each([
  ['', 'retry', 'Wait node has not been reached'],
  ['{"code":409,"message":"The execution \\"7\\" is running already."}', 'retry', 'not ready'],
  ['{"message":"This job is unfinished."}', 'retry', 'not ready'],
  ['{"message":"The execution \\"7 has finished already."}', 'dead', 'finished already'],
  ['{"message":"The execution \\"7\\" has finished with error."}', 'dead', 'finished already'],
] as const)('409 with %j → %s', (body, status, words) => {
  expect(answered(409, body)).toEqual({ status, detail: expect.stringContaining(words) });
});

test('no answer is tried again, a forbidden address is not', () => {
  expect(judgeCallbackAnswer({ status: 'failed', reason: 'No answer.' })).toEqual({
    status: 'retry',
    detail: 'No answer.',
  });
  expect(judgeCallbackAnswer({ status: 'refused', reason: 'It is private.' })).toEqual({
    status: 'dead',
    detail: 'It is private.',
  });
});

test('what the receiver said is quoted in one short line that can be stored', () => {
  expect(answered(500, `<p>\u0000Out of\r\n memory</p>`)).toEqual({
    status: 'retry',
    detail: 'The receiver answered 500. It said: <p> Out of memory</p>',
  });
  const long = answered(500, `x${'📞'.repeat(1000)}`);
  if (long.status !== 'retry') throw new Error(long.status);
  expect(long.detail.length).toBeLessThan(260);
  expect(long.detail.isWellFormed()).toBe(true);
});
