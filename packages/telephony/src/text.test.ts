import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstOutside, hasInvisible, nameCharacter, quotable } from './text.ts';

test.each([
  ['abc', null],
  ['ab\rc', '\r'],
  ['a😀', '😀'],
  ['', null],
])('firstOutside %j: %j', (text, expected) => {
  expect(firstOutside(text, /^[a-z]$/)).toBe(expected);
});

test.each([
  ['a', '"a"'],
  [' ', 'U+0020'],
  ['\n', 'U+000A'],
  ['é', 'U+00E9'],
  ['😀', 'U+1F600'],
])('nameCharacter %j: %s', (character, expected) => {
  expect(nameCharacter(character)).toBe(expected);
});

test('quotable keeps one clean line of limited length', () => {
  expect(quotable('  Forbidden\r\n auth\tID ')).toBe('Forbidden auth ID');
  expect(quotable('abcdef', 4)).toBe('abc…');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 50 }), (text, length) => {
      const quoted = quotable(text, length);
      expect(hasInvisible(quoted)).toBe(false);
      expect([...quoted].length).toBeLessThanOrEqual(length);
    }),
  );
});
