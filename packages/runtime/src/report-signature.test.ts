import { expect, test } from 'vitest';
import { mayBeSigned, signReport, verifyReport } from './report-signature.ts';

const SECRET = 'report-secret-of-at-least-32-characters';
const BODY = '{"type":"alive"}';

const signed = (now = new Date()) => ({ ...signReport(SECRET, 'msg_1', BODY, now) });

test('what was signed is accepted', () => {
  expect(verifyReport(SECRET, signed(), BODY)).toBe(true);
});

test.each([
  ['another body', SECRET, signed(), '{"type":"ended"}'],
  ['another secret', 'another-secret-of-at-least-32-characters', signed(), BODY],
  ['another id', SECRET, { ...signed(), 'webhook-id': 'msg_2' }, BODY],
  ['another time', SECRET, { ...signed(), 'webhook-timestamp': '1' }, BODY],
  ['no header', SECRET, {}, BODY],
  ['a header given twice', SECRET, { ...signed(), 'webhook-id': ['msg_1', 'msg_1'] }, BODY],
  ['a signature that is no signature', SECRET, { ...signed(), 'webhook-signature': 'v1' }, BODY],
])('%s is refused', (_case, secret, headers, body) => {
  expect(verifyReport(secret, headers, body)).toBe(false);
});

test('six minutes later it is refused', () => {
  expect(verifyReport(SECRET, signed(new Date(Date.now() - 6 * 60_000)), BODY)).toBe(false);
});

test('headers of now may be those of a signed body, whatever it is', () => {
  expect(mayBeSigned(signed())).toBe(true);
});

test.each([
  ['of six minutes ago', signed(new Date(Date.now() - 6 * 60_000))],
  ['of in six minutes', signed(new Date(Date.now() + 6 * 60_000))],
  ['without a time', { ...signed(), 'webhook-timestamp': undefined }],
  ['with a time that is no number', { ...signed(), 'webhook-timestamp': 'now' }],
  ['with a time given twice', { ...signed(), 'webhook-timestamp': [signed()['webhook-timestamp']] }],
  ['with an empty signature', { ...signed(), 'webhook-signature': '' }],
  ['without a signature', { ...signed(), 'webhook-signature': undefined }],
])('headers %s are not', (_case, headers) => {
  expect(mayBeSigned(headers)).toBe(false);
});
