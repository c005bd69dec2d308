import { describe, expect, test } from 'vitest';
import { T0 } from '../../test/fixtures.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { idempotencyKey } from './idempotency-key.ts';

describe('idempotency key', () => {
  test.each([
    [undefined, undefined, null],
    ['', undefined, null],
    ['abc-1', undefined, 'abc-1'],
    ['"abc-1"', undefined, 'abc-1'],
    [undefined, 'abc-1', 'abc-1'],
    ['"abc-1"', 'abc-1', 'abc-1'],
  ])('header %j, field %j → %j', (header, field, key) => {
    expect(idempotencyKey(header, field)).toBe(key);
  });

  test.each([
    ['abc', 'abd'],
    ['two words', undefined],
    ['k'.repeat(256), undefined],
    [undefined, 'käy'],
    ['""', undefined],
  ])('header %j, field %j is refused', (header, field) => {
    expect(() => idempotencyKey(header, field)).toThrow(
      expect.objectContaining({ code: 'validation_failed' }),
    );
  });
});

describe('cursor', () => {
  const position = { createdAt: T0, id: 'call_017f22e2-79b0-7cc3-98c4-dc0c0c07398f' };
  test('there and back', () => {
    expect(decodeCursor(encodeCursor(position))).toEqual(position);
  });
  test.each(['', 'x', 'AAAA', Buffer.from('now call_1').toString('base64url')])('%j is none', (text) => {
    expect(decodeCursor(text)).toBeNull();
  });
});
