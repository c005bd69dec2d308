import { describe, expect, test } from 'vitest';
import { type SpokenItem, transcriptOf } from './transcript.ts';

const ANSWERED = 1_800_000_000_000;
const item = (
  role: string,
  textContent: string,
  atMs: number,
  change: Partial<SpokenItem> = {},
): SpokenItem => ({
  type: 'message',
  role,
  textContent,
  createdAt: ANSWERED + atMs,
  metrics: { startedSpeakingAt: (ANSWERED + atMs) / 1000 },
  ...change,
});

describe('transcriptOf', () => {
  test('has who spoke when, since the answer, in the order in which they began', () => {
    const items = [
      item('assistant', 'Hello.', 20),
      item('user', 'Who is it?', 2_500),
      item('assistant', 'Me.', 2_400),
    ];
    expect(transcriptOf(items, ANSWERED)).toEqual([
      { at_ms: 20, speaker: 'agent', text: 'Hello.', interrupted: false },
      { at_ms: 2_400, speaker: 'agent', text: 'Me.', interrupted: false },
      { at_ms: 2_500, speaker: 'callee', text: 'Who is it?', interrupted: false },
    ]);
  });

  test('marks who was cut off', () => {
    expect(
      transcriptOf([item('assistant', 'I was go', 5, { interrupted: true })], ANSWERED)[0]?.interrupted,
    ).toBe(true);
  });

  test('leaves out what the agent never said aloud, and what is no speech', () => {
    const items = [
      item('assistant', 'Never sounded.', 5, { metrics: {} }),
      item('system', 'Be kind.', 6),
      item('user', '  ', 7),
      { type: 'function_call', createdAt: ANSWERED },
    ];
    expect(transcriptOf(items, ANSWERED)).toEqual([]);
  });

  test('takes the time of a callee’s turn that has no measured begin from its end', () => {
    expect(transcriptOf([item('user', 'Yes.', 900, { metrics: {} })], ANSWERED)[0]?.at_ms).toBe(900);
  });

  test('holds nothing that no database could', () => {
    expect(transcriptOf([item('user', 'a\0b\ud800', -50)], ANSWERED)).toEqual([
      { at_ms: 0, speaker: 'callee', text: 'ab\ufffd', interrupted: false },
    ]);
  });
});
