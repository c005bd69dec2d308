import { CALL_STATUSES, makeOutcome } from '@outdial/telephony';
import { describe, expect, test } from 'vitest';
import { after, callIn, T0 } from '../../test/fixtures.ts';
import type { Call } from './call.ts';
import { nextAttempt, retryOf } from './next-attempt.ts';

const NOW = after(10_000);
const MINUTE = 60_000;
const busy = (change: Partial<Call> = {}): Call => callIn('busy', { maxAttempts: 3, ...change });
const waited = (call: Call): number | null => {
  const next = nextAttempt(call, NOW);
  return next?.scheduledFor === undefined || next.scheduledFor === null
    ? null
    : (next.scheduledFor.getTime() - NOW.getTime()) / MINUTE;
};

describe('the wait', () => {
  test.each([
    ['30 minutes before the second', {}, 30],
    ['120 before the third', { attempt: 2, retryOf: 'call_first' }, 120],
    ['what was asked for before the second', { retryMinutes: [5, 10] }, 5],
    ['what was asked for before the third', { retryMinutes: [5, 10], attempt: 2 }, 10],
    ['the last number again where there is one too few', { retryMinutes: [5], attempt: 2 }, 5],
  ])('%s', (_name, change, minutes) => {
    expect(waited(busy(change))).toBe(minutes);
  });
});

test('only busy and no_answer are tried again', () => {
  const tried = CALL_STATUSES.filter(
    (status) => nextAttempt({ ...callIn(status, { maxAttempts: 3 }), status }, NOW) !== null,
  );
  expect(tried).toEqual(['busy', 'no_answer']);
});

test.each([
  ['the last attempt', { attempt: 3 }],
  ['the only one', { maxAttempts: 1 }],
  ['one that somebody asked to end', { cancelRequestedAt: T0 }],
  [
    'one whose not_after was given and comes first',
    { notAfterGiven: true, notAfter: after(30 * MINUTE, NOW) },
  ],
])('nothing follows %s', (_name, change) => {
  expect(nextAttempt(busy(change), NOW)).toBeNull();
});

test('a not_after that was given holds for all attempts', () => {
  const notAfter = after(30 * MINUTE + 1, NOW);
  const next = nextAttempt(busy({ notAfterGiven: true, notAfter }), NOW);
  expect(next).toMatchObject({ notAfter, notAfterGiven: true });
});

test('else each attempt has its own hour', () => {
  const next = nextAttempt(busy({ notAfter: after(1, NOW) }), NOW);
  expect(next).toMatchObject({ notAfter: after(90 * MINUTE, NOW), notAfterGiven: false });
});

test('an attempt asks for the same call, without its key, and names the first', () => {
  const first = busy({ idempotencyKey: 'k1' });
  const second = nextAttempt(first, NOW);
  const { id, destination, callerId, trunk, greeting, metadata, fingerprint, apiKeyName } = first;
  const same = { destination, callerId, trunk, greeting, metadata, fingerprint, apiKeyName };
  expect(second).toMatchObject({ ...same, idempotencyKey: null, attempt: 2, maxAttempts: 3, retryOf: id });
  const third = nextAttempt(busy({ attempt: 2, retryOf: id }), NOW);
  expect(third).toMatchObject({ attempt: 3, retryOf: id });
});

test('a call that is placed again by hand is one call, when and by whom it is asked for', () => {
  const call = busy({ outcome: makeOutcome('busy'), notAfterGiven: true, retryOf: 'call_first', attempt: 2 });
  const asked = { apiKeyName: 'crm', scheduledFor: null, notAfter: after(60 * MINUTE, NOW) };
  expect(retryOf(call, asked)).toMatchObject({
    apiKeyName: 'crm',
    destination: call.destination,
    idempotencyKey: null,
    attempt: 1,
    maxAttempts: 1,
    retryOf: call.id,
    scheduledFor: null,
    notAfter: after(60 * MINUTE, NOW),
    notAfterGiven: false,
  });
});
