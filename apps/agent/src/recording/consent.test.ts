import { describe, expect, test } from 'vitest';
import { refusesRecording } from './consent.ts';

describe('refusesRecording', () => {
  test.each([
    'Please do not record this.',
    'I don’t want to be recorded',
    'Stop recording, please.',
    'No recording.',
    'I would rather not be recorded.',
    'I object to this recording.',
  ])('at any time: %s', (text) => {
    expect(refusesRecording(text, false)).toBe(true);
  });

  test.each(['No.', 'Nope', 'Oh no, thank you', 'I do not agree', "I don't want that."])(
    'as the first answer only: %s',
    (text) => {
      expect(refusesRecording(text, true)).toBe(true);
      expect(refusesRecording(text, false)).toBe(false);
    },
  );

  test.each([
    'Yes, that is fine.',
    'No problem, go ahead.',
    'I don’t mind the recording.',
    'Who is calling?',
    'Are you recording this?',
    'Nobody told me.',
    'No one can take your call right now.',
  ])('not: %s', (text) => {
    expect(refusesRecording(text, true)).toBe(false);
  });
});
