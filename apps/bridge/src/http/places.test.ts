import { expect, test } from 'vitest';
import { createPlaces } from './places.ts';

test('a holder has its share at most, others have theirs, and what is given back can be taken again', () => {
  const { take } = createPlaces(2);
  const free = take('a');
  expect([free, take('a'), take('a')]).toEqual([expect.any(Function), expect.any(Function), null]);
  expect([take('b'), take('b'), take('b')]).toEqual([expect.any(Function), expect.any(Function), null]);
  free?.();
  expect([take('a'), take('a'), take('b')]).toEqual([expect.any(Function), null, null]);
});

test('all together have so many at most, whoever gives one back', () => {
  const { take } = createPlaces(2, 3);
  const free = take('a');
  expect([take('a'), take('b'), take('b'), take('c')]).toEqual([
    expect.any(Function),
    expect.any(Function),
    null,
    null,
  ]);
  free?.();
  expect([take('c'), take('b')]).toEqual([expect.any(Function), null]);
});
