import { readFileSync } from 'node:fs';
import { AudioFrame } from '@livekit/rtc-node';

/**
 * What a callee hears when nothing can speak any more: recorded sentences that need no provider. Change one, then run
 * `scripts/last-words.ts`.
 */
export const LAST_WORDS = {
  end: 'I am sorry, I have a technical problem and cannot go on with this call. Goodbye.',
  transfer: 'I am sorry, I have a technical problem. I am connecting you to a person now.',
} as const;
export type LastWords = keyof typeof LAST_WORDS;

/** The recordings: WAV, 8 kHz as on the telephone, 16 bit, mono, with the plain header of 44 bytes. */
export const LAST_WORDS_RATE = 8_000;
const HEADER_BYTES = 44;
const FRAME_SAMPLES = LAST_WORDS_RATE / 50;

/** Where a recording lies. */
export const lastWordsFile = (which: LastWords): URL => new URL(`./clips/${which}.wav`, import.meta.url);

/** A recorded sentence as frames of 20 ms. */
export const lastWords = (which: LastWords): AudioFrame[] => {
  const wav = readFileSync(lastWordsFile(which));
  const count = Math.floor((wav.length - HEADER_BYTES) / 2 / FRAME_SAMPLES);
  return Array.from({ length: count }, (_, index) => {
    const samples = Int16Array.from({ length: FRAME_SAMPLES }, (_sample, at) =>
      wav.readInt16LE(HEADER_BYTES + (index * FRAME_SAMPLES + at) * 2),
    );
    return new AudioFrame(samples, LAST_WORDS_RATE, 1, FRAME_SAMPLES);
  });
};
