import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isEmergencyNumber } from './emergency-number.ts';

test.each<[unknown, boolean]>([
  ['000', true],
  ['0 0 0', true],
  ['0-0-0', true],
  [' 000\n', true],
  ['tel:000', true],
  ['106', true],
  ['112', true],
  [112, true],
  ['+112', true],
  ['911', true],
  ['999', true],
  ['+61 000', true],
  ['0011 61 000', true],
  ['0011 000', true],
  ['1000', false],
  ['61000', false],
  ['113', false],
  ['0000', false],
  ['0402012298', false],
  ['+61402012000', false],
  ['', false],
  [0, false],
  [null, false],
  [['000'], false],
])('%j: %s', (input, expected) => {
  expect(isEmergencyNumber(input)).toBe(expected);
});

test('never throws', () => {
  fc.assert(fc.property(fc.anything(), (input) => typeof isEmergencyNumber(input) === 'boolean'));
});
