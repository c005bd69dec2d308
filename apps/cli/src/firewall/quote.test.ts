import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readValue } from '../../test/firewall/console-text.ts';
import { quote } from './quote.ts';

test.each([
  ['accept', 'accept'],
  ['10.0.0.0/8', '10.0.0.0/8'],
  ['!192.168.88.0/24', '!192.168.88.0/24'],
  ['2001:db8::10', '2001:db8::10'],
  ['50/1s,200:packet', '50/1s,200:packet'],
  ['WAN 2', '"WAN 2"'],
  ['', '""'],
  ['say "no"', '"say \\22no\\22"'],
  ['$address', '"\\24address"'],
  ['a\\b', '"a\\5Cb"'],
  ['a;b', '"a;b"'],
  ['one\ntwo', '"one\\0Atwo"'],
  ['help?', '"help\\3F"'],
  ['[/system reset-configuration]', '"[/system reset-configuration]"'],
  ['Büro', '"B\\C3\\BCro"'],
])('%j is written as %s', (value, written) => {
  expect(quote(value)).toBe(written);
});

test('the console reads every text back as it was, and as one word', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      const written = quote(text);
      expect(readValue(written)).toBe(text.toWellFormed());
      expect(written).not.toMatch(/[\n\r$]/);
    }),
  );
});
