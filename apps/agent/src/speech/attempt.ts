import { countWords, firstUnspoken, isOwed, type Script } from './script.ts';
import type { Sound, Voice } from './voice.ts';

/** How long a voice may be silent: until its first sound, and in the middle of its speech, ms. */
export type Patience = { readonly firstSoundMs: number; readonly gapMs: number };

/** What came of one try. `next`: the sentence that the next try begins with. */
export type Attempt =
  | { readonly status: 'done' }
  /** Whoever listened wants no more. */
  | { readonly status: 'stopped' }
  | { readonly status: 'failed'; readonly next: number; readonly reason: string };

const LOOK_EVERY_MS = 50;
/** A word's end may be told a little later than the sound that ends with it. */
const WORD_TOLERANCE_S = 0.05;

/**
 * Lets a voice say the script from a sentence on, once. `emit` gets the sound as it comes. A voice that owes sound
 * and gives none is given up: providers stall without a word.
 */
export const speakOnce = async (options: {
  readonly voice: Voice;
  readonly script: Script;
  readonly from: number;
  readonly patience: Patience;
  readonly signal: AbortSignal;
  readonly emit: (sound: Sound) => void;
}): Promise<Attempt> => {
  const { voice, script, from, patience } = options;
  const giveUp = new AbortController();
  const signal = AbortSignal.any([options.signal, giveUp.signal]);
  const handed: string[] = [];
  const ends: { readonly at: number; readonly words: number }[] = [];
  let seconds = 0;
  let lastNews = performance.now();
  let stalled: string | null = null;

  const handOut = async function* (): AsyncGenerator<string> {
    for await (const sentence of script.from(from)) {
      if (signal.aborted) return;
      handed.push(sentence);
      lastNews = performance.now();
      yield sentence;
    }
  };
  const look = () => {
    const owed = handed.length > 0 && (script.ended || isOwed(handed, seconds));
    const limitMs = seconds === 0 ? patience.firstSoundMs : patience.gapMs;
    if (!owed || performance.now() - lastNews <= limitMs) return;
    stalled = seconds === 0 ? `no sound within ${limitMs} ms` : `no further sound within ${limitMs} ms`;
    giveUp.abort();
  };
  const failed = (reason: string): Attempt => {
    const spoken = ends.filter(({ at }) => at <= seconds + WORD_TOLERANCE_S);
    const words = voice.aligned ? spoken.reduce((sum, { words: count }) => sum + count, 0) : null;
    const next = firstUnspoken(script.sentences, { from, seconds, words });
    return { status: 'failed', next, reason };
  };

  const watchdog = setInterval(look, LOOK_EVERY_MS);
  try {
    for await (const sound of voice.speak(handOut(), signal)) {
      if (signal.aborted) break;
      lastNews = performance.now();
      seconds += sound.frame.samplesPerChannel / sound.frame.sampleRate;
      for (const { text, endTime } of sound.words) {
        if (endTime !== undefined) ends.push({ at: endTime, words: countWords(text) });
      }
      options.emit(sound);
    }
    if (options.signal.aborted) return { status: 'stopped' };
    if (stalled !== null) return failed(stalled);
    // Some failures look like an end: nothing, or not enough, and then "done".
    return isOwed(handed, seconds)
      ? failed(seconds === 0 ? 'sent no sound' : 'ended too early')
      : { status: 'done' };
  } catch (error) {
    if (options.signal.aborted) return { status: 'stopped' };
    return failed(stalled ?? (error instanceof Error ? error.message : String(error)));
  } finally {
    clearInterval(watchdog);
  }
};
