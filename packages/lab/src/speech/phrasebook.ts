import { averageForm, framesOf, type Sentence, toSentence } from './sentence.ts';
import type { Sound } from './wav.ts';

/** A sentence that can be recognised. */
export type Phrase = { text: string; sentence: Sentence };

/** The sentences that the STT server knows, and the average form that all comparisons are made against. */
export type Phrasebook = { average: Float32Array; phrases: Phrase[] };

/** Makes a phrasebook of spoken sentences, which all should be of the voice that is to be recognised. */
export const createPhrasebook = (spoken: readonly { text: string; sound: Sound }[]): Phrasebook => {
  const frames = spoken.map(({ sound }) => framesOf(sound));
  const average = averageForm(frames);
  const phrases = spoken.map(({ text }, i) => ({ text, sentence: toSentence(frames[i] ?? [], average) }));
  return { average, phrases };
};

/** A further sentence for a phrasebook. */
export const toPhrase = (book: Phrasebook, text: string, sound: Sound): Phrase => ({
  text,
  sentence: toSentence(framesOf(sound), book.average),
});

/**
 * The words of `text` that lie between two places of its sentence, given in the sentence's frames. Where a
 * word lies is estimated by its letters, so a word at the edge may be one too many or too few.
 */
export const wordsBetween = ({ text, sentence }: Phrase, from: number, to: number): string => {
  const spokenUntil = (frame: number): number =>
    sentence.shapes.slice(0, frame).filter((shape) => shape.speech).length / sentence.speechFrames;
  const [start, end] = [spokenUntil(from), spokenUntil(to)];
  const words = text.split(/\s+/).filter((word) => word !== '');
  const letters = words.reduce((sum, word) => sum + word.length, 0);
  let passed = 0;
  const heard = words.filter((word) => {
    const middle = (passed + word.length / 2) / letters;
    passed += word.length;
    return middle >= start && middle <= end;
  });
  return heard.join(' ');
};
