import { expect, test } from 'vitest';
import { turnParts } from './turn-parts.ts';

const at = (...times: number[]) => times.map((time) => ({ at: time }));

test('a turn is parted by the last end that was told and the last voice asked for before its answer', () => {
  const speech = { stt: { turns: at(200, 1_450, 5_000) }, tts: { requests: at(300, 1_700, 5_200) } };
  expect(turnParts({ saidUntil: 1_000, answeredAt: 1_800 }, speech)).toEqual({
    hearingMs: 450,
    decidingMs: 250,
    speakingMs: 100,
  });
});
