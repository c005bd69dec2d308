import { expect, test } from 'vitest';
import { noise, RATE, silence, tone, voice } from '../../test/sound.ts';
import { createBeepDetector } from './beep.ts';
import { createEar, WINDOW_MS } from './ear.ts';

/** When beeps were heard to end, in ms from the beginning. */
const beepsIn = (...sounds: Int16Array[]): number[] => {
  const detector = createBeepDetector();
  const ends: number[] = [];
  let at = 0;
  const ear = createEar((window) => {
    at += WINDOW_MS;
    if (detector.hear(window)) ends.push(at);
  });
  for (const sound of sounds) {
    // In frames that are no whole number of windows.
    for (let n = 0; n < sound.length; n += 1_000) ear.hear(sound.subarray(n, n + 1_000), RATE);
  }
  return ends;
};

test.each([440, 620, 1_000, 1_400, 2_000])('a tone of %i Hz is a beep when it ends', (hz) => {
  const [end = 0, ...more] = beepsIn(silence(300), tone(400, hz), silence(500));
  expect(more).toEqual([]);
  expect(end).toBeGreaterThanOrEqual(700);
  expect(end).toBeLessThan(800);
});

test('a beep is heard behind a voice, with noise on the line, and quiet', () => {
  expect(beepsIn(voice(2_000), silence(300), tone(500, 1_000), silence(300))).toHaveLength(1);
  expect(beepsIn(noise(500, 0.003), tone(500, 1_000, 0.1, 0.003), noise(500, 0.003))).toHaveLength(1);
  expect(beepsIn(tone(300, 800, 0.02), silence(300))).toHaveLength(1);
});

test.each([
  ['silence', [silence(2_000)]],
  ['a voice', [voice(10_000)]],
  ['noise', [noise(3_000, 0.2)]],
  ['a click of a tone', [silence(100), tone(100, 1_000), silence(300)]],
  ['a tone that does not end', [tone(4_000, 425), silence(300)]],
  ['a hum of the mains', [tone(800, 100), silence(300)]],
  [
    'the two tones of a key',
    [Int16Array.from(tone(300, 770), (sample, n) => sample + (tone(300, 1_336)[n] ?? 0)), silence(300)],
  ],
])('%s is no beep', (_what, sounds) => {
  expect(beepsIn(...sounds)).toEqual([]);
});
