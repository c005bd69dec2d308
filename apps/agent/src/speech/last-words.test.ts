import { compareSounds, synthesize } from '@outdial/lab';
import { expect, test } from 'vitest';
import { LAST_WORDS, LAST_WORDS_RATE, type LastWords, lastWords } from './last-words.ts';

test.each(Object.keys(LAST_WORDS) as LastWords[])(
  'the recording "%s" says its sentence, in frames that a session plays',
  async (which) => {
    const samples: number[] = [];
    for (const frame of lastWords(which)) {
      expect([frame.sampleRate, frame.channels, frame.samplesPerChannel]).toEqual([8_000, 1, 160]);
      samples.push(...frame.data);
    }
    const heard = { rate: LAST_WORDS_RATE, samples: Int16Array.from(samples) };
    const spoken = await synthesize(LAST_WORDS[which], { rate: 8_000 });
    expect(compareSounds(heard, spoken).score).toBeGreaterThan(0.95);
  },
);
