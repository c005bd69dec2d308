import { expect, test } from 'vitest';
import { asksNotToBeCalled } from './signs.ts';

test.each([
  'Please do not call me again.',
  "Don't call me",
  'Don’t ring this number any more!',
  'Never contact us again',
  'Stop calling me.',
  'Take me off your list',
  'take my number off your calling list please',
  'Remove me from your database.',
  'Put me on the do not call list',
])('%s asks for no more calls', (words) => {
  expect(asksNotToBeCalled(words)).toBe(true);
});

test.each([
  'Could you call me again tomorrow?',
  'I do not recall that.',
  'Please call me on my mobile.',
  'Stop, I did not get that.',
  'What is on your list?',
])('%s does not', (words) => {
  expect(asksNotToBeCalled(words)).toBe(false);
});
