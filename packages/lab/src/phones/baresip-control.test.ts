import { expect, test } from 'vitest';
import { takeNetstrings } from './baresip-control.ts';

test('takeNetstrings takes whole messages and keeps the rest, also in the middle of a letter', () => {
  const taken: string[] = [];
  const bytes = Buffer.from('3:abc,5:dé:f,4:next');
  let left: Buffer = Buffer.alloc(0);
  for (const byte of bytes)
    left = takeNetstrings(Buffer.concat([left, Buffer.of(byte)]), (text) => taken.push(text));
  expect(taken).toEqual(['abc', 'dé:f']);
  expect(left.toString()).toBe('4:next');
});
