import { expect, test } from 'vitest';
import { parseByteRange } from './byte-range.ts';

test.each([
  [undefined, { status: 'whole' }],
  ['bytes=0-', { status: 'part', start: 0, end: 99 }],
  ['bytes=10-19', { status: 'part', start: 10, end: 19 }],
  ['bytes=90-500', { status: 'part', start: 90, end: 99 }],
  ['bytes=-10', { status: 'part', start: 90, end: 99 }],
  ['bytes=-500', { status: 'part', start: 0, end: 99 }],
  ['bytes=100-', { status: 'unsatisfiable' }],
  ['bytes=-0', { status: 'unsatisfiable' }],
  ['bytes=9-5', { status: 'whole' }],
  ['bytes=0-1,5-6', { status: 'whole' }],
  ['bytes=-', { status: 'whole' }],
  ['lines=1-2', { status: 'whole' }],
])('of 100 bytes %s asks for %o', (header, range) => {
  expect(parseByteRange(header, 100)).toEqual(range);
});
