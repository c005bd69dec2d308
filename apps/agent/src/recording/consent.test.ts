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
    'No problem, but please do not record this call.',
    'I don’t mind talking but don’t record me.',
    "I can't take your call now, and do not record me.",
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
    'No problem at all.',
    'Robin is not available. At the tone, please record your message.',
    'Nobody is here. No more than a minute, please record a short message.',
    'I do not know you. Please record your name after the tone.',
  ])('not: %s', (text) => {
    expect(refusesRecording(text, true)).toBe(false);
  });
});
