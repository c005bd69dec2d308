import { expect, test } from 'vitest';
import { createScript, firstUnspoken, isOwed } from './script.ts';

const SENTENCES = ['Hello, this is Sam.', 'I am calling about Monday.', 'Does nine suit you?'];

const collect = async (sentences: AsyncIterable<string>): Promise<string[]> => {
  const all: string[] = [];
  for await (const sentence of sentences) all.push(sentence);
  return all;
};

test('sentences are ready while the next one is still being written', async () => {
  const script = createScript();
  const read = script.from(0);
  script.write('Hello, this is Sam calling from Harbour Street Dental. I am calling ');
  expect((await read.next()).value).toBe('Hello, this is Sam calling from Harbour Street Dental.');
  expect(script.ended).toBe(false);
  script.write('about your appointment on Monday.');
  script.end();
  expect(await collect(read)).toEqual(['I am calling about your appointment on Monday.']);
  expect(script.ended).toBe(true);
  // A second reader, which may start later in the text, gets the same.
  expect(await collect(script.from(1))).toEqual(['I am calling about your appointment on Monday.']);
});

test('what no voice can speak is left out', async () => {
  const script = createScript();
  script.write('… — !');
  script.end();
  expect(await collect(script.from(0))).toEqual([]);
});

test.each([
  ['nothing was heard', { from: 0, seconds: 0, words: 0 }, 0],
  ['the first sentence was heard', { from: 0, seconds: 1.5, words: 4 }, 1],
  ['the second one was cut', { from: 0, seconds: 2, words: 6 }, 1],
  ['all was heard', { from: 0, seconds: 5, words: 13 }, 3],
  ['counting begins where the try began', { from: 1, seconds: 2, words: 5 }, 2],
  ['without words, time decides, and repeats in doubt', { from: 0, seconds: 1.5, words: null }, 0],
  ['without words, time enough', { from: 0, seconds: 2, words: null }, 1],
])('the next try begins where the callee misses something: %s', (_case, heard, next) => {
  expect(firstUnspoken(SENTENCES, heard)).toBe(next);
});

test('sound is owed until it is as long as the fastest speaker would need', () => {
  expect(isOwed([], 0)).toBe(false);
  expect(isOwed(['Hello, this is Sam.'], 0)).toBe(true);
  expect(isOwed(['Hello, this is Sam.'], 0.5)).toBe(true);
  expect(isOwed(['Hello, this is Sam.'], 1.2)).toBe(false);
});
