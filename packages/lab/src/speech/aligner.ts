import type { Sentence, Shape } from './sentence.ts';

/**
 * The part of a sentence that was heard. Frames are 10 ms; `from`/`to` count the sentence's frames and
 * `heardFrom`/`heardTo` the frames of the stream, ends excluded. `evidence` grows with each frame that fits.
 */
export type Alignment = {
  evidence: number;
  from: number;
  to: number;
  heardFrom: number;
  heardTo: number;
  /** How well the sentence's speech was matched, summed over its frames (each 0..1). */
  likeness: number;
  /** How many of the sentence's speech frames were matched well. */
  matched: number;
};

/** Follows a sentence through a stream, one frame at a time. */
export type Aligner = {
  /** Gives the best alignment that ends with this frame; evidence 0 when nothing fits. */
  push(shape: Shape): Alignment;
  reset(): void;
};

/** Cosine at which a frame speaks neither for nor against the sentence; unlike speech is mostly below. */
const NEUTRAL = 0.58;
/** From here up a frame counts as fully alike, for what codecs and noise take away. */
const ALIKE = 0.85;
const SPEECH_MISSING = -0.7;
const SPEECH_INSTEAD_OF_PAUSE = -0.25;
const BOTH_SILENT = 0.02;
/** Cost of a frame too many or too few, while speaking and in a pause. */
const SKIP_SPEECH = 0.45;
const SKIP_PAUSE = 0.04;

const cosine = (a: Float32Array, b: Float32Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
};

type Column = {
  score: Float32Array;
  from: Int32Array;
  heardFrom: Int32Array;
  likeness: Float32Array;
  matched: Int32Array;
};

const makeColumn = (length: number): Column => ({
  score: new Float32Array(length),
  from: new Int32Array(length),
  heardFrom: new Int32Array(length),
  likeness: new Float32Array(length),
  matched: new Int32Array(length),
});

const copyCell = (source: Column, s: number, target: Column, t: number): void => {
  target.from[t] = source.from[s] ?? 0;
  target.heardFrom[t] = source.heardFrom[s] ?? 0;
  target.likeness[t] = source.likeness[s] ?? 0;
  target.matched[t] = source.matched[s] ?? 0;
};

/**
 * Local alignment (Smith and Waterman, 1981) of a stream with a sentence: frames that fit add evidence, frames
 * that do not, or are missing or too many, take some away, and below zero it starts anew. So it finds a part
 * of the sentence at any place and survives lost packets; of other speech it never gathers much.
 */
export const createAligner = ({ shapes }: Sentence): Aligner => {
  const n = shapes.length;
  let before = makeColumn(n);
  let now = makeColumn(n);
  let frame = 0;

  const fill = (heard: Shape): number => {
    let best = 0;
    for (let j = 0; j < n; j++) {
      const known = shapes[j];
      if (!known) continue;
      const cos = known.speech && heard.speech ? cosine(known.form, heard.form) : 0;
      let gain = BOTH_SILENT;
      if (known.speech) gain = heard.speech ? Math.max(-1, (cos - NEUTRAL) / (1 - NEUTRAL)) : SPEECH_MISSING;
      else if (heard.speech) gain = SPEECH_INSTEAD_OF_PAUSE;

      const diagonal = (j > 0 ? (before.score[j - 1] ?? 0) : 0) + gain;
      const longer = (before.score[j] ?? 0) - (heard.speech ? SKIP_SPEECH : SKIP_PAUSE);
      const shorter = (j > 0 ? (now.score[j - 1] ?? 0) : 0) - (known.speech ? SKIP_SPEECH : SKIP_PAUSE);
      const score = Math.max(0, diagonal, longer, shorter);
      now.score[j] = score;
      if (score === 0) continue;
      if (score === diagonal) {
        if (j > 0 && (before.score[j - 1] ?? 0) > 0) copyCell(before, j - 1, now, j);
        else {
          now.from[j] = j;
          now.heardFrom[j] = frame;
          now.likeness[j] = 0;
          now.matched[j] = 0;
        }
        if (cos > NEUTRAL) {
          now.likeness[j] = (now.likeness[j] ?? 0) + Math.min(1, (cos - NEUTRAL) / (ALIKE - NEUTRAL));
          now.matched[j] = (now.matched[j] ?? 0) + 1;
        }
      } else if (score === longer) copyCell(before, j, now, j);
      else copyCell(now, j - 1, now, j);
      if (score > (now.score[best] ?? 0)) best = j;
    }
    return best;
  };

  return {
    push: (heard) => {
      [before, now] = [now, before];
      const best = fill(heard);
      frame += 1;
      return {
        evidence: now.score[best] ?? 0,
        from: now.from[best] ?? 0,
        to: best + 1,
        heardFrom: now.heardFrom[best] ?? 0,
        heardTo: frame,
        likeness: now.likeness[best] ?? 0,
        matched: now.matched[best] ?? 0,
      };
    },
    reset: () => {
      now.score.fill(0);
    },
  };
};
