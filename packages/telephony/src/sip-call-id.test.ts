import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wireCallId } from './sip-call-id.ts';

// Made with LiveKit's own encoder (Go, github.com/jxskiss/base62 v1.1.0 over crypto/sha1).
test.each([
  ['SCL_7fDqkPz2WmXa', 'xLcLupmzJoVT4U208esxAY7faG9'],
  ['SCL_tk3rZ5nQyVbC', 'r7SEQEa6LsCvaRJCiGBq3RCM8JN'],
  ['SCL_AAAAAAAAAAAA', 'K0gLruuS3QmQBnxN2Tf7cUnmp5D'],
  ['SCL_cVQhzjJ9D4Lp', 'kW0Rk1TuinhVMURsy1EUlKBYtgI'],
  ['', 'JcA2vCJGgV57ftKZaYp18y9RzRb'],
  ['SCL_5', 'fgVB5fBq2EcgerpGrYBdvSiC6wQA'],
])('%j is %s on the wire', (livekitCallId, expected) => {
  expect(wireCallId(livekitCallId)).toBe(expected);
});

// The reading direction of the same variable-width code, written from its rule.
const decode = (text: string): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  const bits = [...text].map((letter, index) => {
    const value = alphabet.indexOf(letter);
    const last = index === text.length - 1;
    const width = (value & 0x1e) === 0x1e && !last ? 5 : 6;
    return value.toString(2).padStart(width, '0');
  });
  const number = BigInt(`0b${bits.reverse().join('')}`);
  return number.toString(16).padStart(40, '0').slice(-40);
};

test('holds the whole digest, so different calls never share one', () => {
  fc.assert(
    fc.property(fc.string(), (id) => {
      expect(wireCallId(id)).toMatch(/^[A-Za-z0-9]{27,32}$/);
      expect(decode(wireCallId(id))).toBe(createHash('sha1').update(id).digest('hex'));
    }),
  );
});
