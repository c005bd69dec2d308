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
  'Please stop calling.',
  'Can you stop calling me?',
  "Don't call again",
  'Do not ever call again.',
  "Don't you ever call me again!",
  'I told you, do not call us any more, thank you.',
  'Stop calling this number and take me off.',
  "Don't call me, I'm not interested.",
  'Do not call me ever again or I will call the police.',
])('%s asks for no more calls', (words) => {
  expect(asksNotToBeCalled(words)).toBe(true);
});

test.each([
  'Could you call me again tomorrow?',
  'I do not recall that.',
  'Please call me on my mobile.',
  'Stop, I did not get that.',
  'What is on your list?',
  'You people never call me back.',
  'You never call me.',
  "Don't call me before nine.",
  'Do not call me at work, call my mobile.',
  'Do not call me, call my mobile.',
  "Don't call me now, I am driving.",
  "Don't call me, I'll call you.",
  'Please do not call me again before Monday.',
  'You can stop calling me Doctor, Robin is fine.',
  'We never ring this number on weekends.',
])('%s does not', (words) => {
  expect(asksNotToBeCalled(words)).toBe(false);
});
