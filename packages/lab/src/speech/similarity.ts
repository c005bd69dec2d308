import { type Alignment, createAligner } from './aligner.ts';
import { FRAME_MS } from './features.ts';
import { averageForm, createShaper, framesOf, type Sentence, toSentence } from './sentence.ts';
import { readWav, type Sound } from './wav.ts';

/** How much of a spoken sentence is in a recording. */
export type Similarity = {
  /** 0..1: likeness averaged over all of the sentence's speech; what was not heard counts as 0. */
  score: number;
  /** 0..1: the part of the sentence's speech that was heard, well or not so well. */
  covered: number;
  /** Where the heard part starts and ends in the recording, ms. */
  startMs: number;
  endMs: number;
};

const NOTHING: Similarity = { score: 0, covered: 0, startMs: 0, endMs: 0 };

/** Follows `sentence` through the whole recording and keeps the alignment with the most evidence. */
const bestAlignment = (heard: Sound, sentence: Sentence, average: Float32Array): Alignment | undefined => {
  const aligner = createAligner(sentence);
  const shape = createShaper(average);
  let best: Alignment | undefined;
  for (const frame of framesOf(heard)) {
    const found = aligner.push(shape(frame));
    if (found.evidence > (best?.evidence ?? 0)) best = found;
  }
  return best;
};

/** Finds the sound `spoken` in the sound `heard`; rates and levels may differ. */
export const compareSounds = (heard: Sound, spoken: Sound): Similarity => {
  const frames = framesOf(spoken);
  const average = averageForm([frames]);
  const sentence = toSentence(frames, average);
  const best = bestAlignment(heard, sentence, average);
  if (!best) return NOTHING;
  return {
    score: best.likeness / sentence.speechFrames,
    covered: best.matched / sentence.speechFrames,
    startMs: best.heardFrom * FRAME_MS,
    endMs: best.heardTo * FRAME_MS,
  };
};

/**
 * Finds the sentence in the WAV `spoken` in the WAV `heard`, which may be a telephone's recording that is
 * still growing, with silence and other speech around. Tolerant of G.711, Opus, resampling, level and noise.
 */
export const similarity = async (heard: string, spoken: string): Promise<Similarity> =>
  compareSounds(await readWav(heard), await readWav(spoken));
