import { createFrameStream, type Frame } from './features.ts';
import type { Sound } from './wav.ts';

/** A frame made ready for comparison: the form of its spectrum without its level, as a unit vector. */
export type Shape = { speech: boolean; form: Float32Array };

/** A known sentence: its frames from the first to the last one with speech. */
export type Sentence = { shapes: Shape[]; speechFrames: number; leadFrames: number };

/** Below the loudest speech by this much counts as silence, dB. */
const SPEECH_RANGE_DB = 34;
/** Nothing below this is speech, dB below full scale. */
const QUIETEST_SPEECH_DB = -68;
/** Bands further below a frame's strongest one are noise of the codec, dB. */
const FORM_RANGE_DB = 32;
/** How fast the level that silence is measured from follows a quieter voice, dB per frame. */
const PEAK_DECAY_DB = 0.03;

/** Makes shapes of frames, following their level. `average` is taken off, so that only what differs counts. */
export const createShaper = (
  average: Float32Array,
  peakDb = QUIETEST_SPEECH_DB,
): ((frame: Frame) => Shape) => {
  let peak = peakDb;
  return ({ bands, level }) => {
    peak = Math.max(level, peak - PEAK_DECAY_DB, QUIETEST_SPEECH_DB);
    const speech = level > Math.max(peak - SPEECH_RANGE_DB, QUIETEST_SPEECH_DB);
    const form = formOf(bands);
    let norm = 0;
    for (let i = 0; i < form.length; i++) {
      const value = (form[i] ?? 0) - (average[i] ?? 0);
      form[i] = value;
      norm += value * value;
    }
    const scale = norm > 0 ? 1 / Math.sqrt(norm) : 0;
    for (let i = 0; i < form.length; i++) form[i] = (form[i] ?? 0) * scale;
    return { speech, form };
  };
};

const formOf = (bands: Float32Array): Float32Array => {
  const floor = Math.max(...bands) - FORM_RANGE_DB;
  const form = bands.map((db) => Math.max(db, floor));
  const mean = form.reduce((sum, db) => sum + db, 0) / form.length;
  return form.map((db) => db - mean);
};

/** Frames of a whole sound. */
export const framesOf = ({ rate, samples }: Sound): Frame[] => {
  const padding = new Int16Array(Math.round(rate * 0.02));
  const stream = createFrameStream(rate);
  return [...stream.push(samples), ...stream.push(padding)];
};

const loudest = (frames: readonly Frame[]): number =>
  frames.reduce((peak, frame) => Math.max(peak, frame.level), QUIETEST_SPEECH_DB);

/** The average form of the frames with speech in all of `sounds`. */
export const averageForm = (sounds: readonly (readonly Frame[])[]): Float32Array => {
  const forms = sounds.flatMap((frames) => {
    const quiet = loudest(frames) - SPEECH_RANGE_DB;
    return frames.filter((frame) => frame.level > quiet).map((frame) => formOf(frame.bands));
  });
  const sum = new Float32Array(forms[0]?.length ?? 0);
  for (const form of forms) {
    for (const [i, db] of form.entries()) sum[i] = (sum[i] ?? 0) + db;
  }
  return sum.map((db) => db / Math.max(1, forms.length));
};

/** A sentence from the frames of its recording. Throws when there is no speech in it. */
export const toSentence = (frames: readonly Frame[], average: Float32Array): Sentence => {
  const shapes = frames.map(createShaper(average, loudest(frames)));
  const first = shapes.findIndex((shape) => shape.speech);
  const last = shapes.findLastIndex((shape) => shape.speech);
  if (first < 0) throw new Error('The recording of a known sentence has no speech in it');
  const kept = shapes.slice(first, last + 1);
  return { shapes: kept, speechFrames: kept.filter((shape) => shape.speech).length, leadFrames: first };
};
