import { expect, test } from 'vitest';
import { objectIn } from './answer-text.ts';

test.each([
  ['bare', '{"a":1}', { a: 1 }],
  ['fenced', 'Here it is:\n```json\n{ "a": { "b": "}" } }\n```\nDone.', { a: { b: '}' } }],
  ['after a brace that is none', 'A {curly} thing: {"a":"\\"{"}', { a: '"{' }],
  ['the first of two', '{"a":1} {"a":2}', { a: 1 }],
  ['none', 'I cannot do that.', null],
  ['cut off', '{"a": 1', null],
  ['empty', '', null],
])('finds the object in text: %s', (_name, text, found) => {
  expect(objectIn(text)).toEqual(found);
});
