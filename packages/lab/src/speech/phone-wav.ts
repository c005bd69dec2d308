import { writeFile } from 'node:fs/promises';
import { synthesize } from './speak.ts';
import { type UtteranceKey, utterances } from './utterances.ts';
import { encodeWav } from './wav.ts';

/** Silence of so many ms, something a phone says, or a voicemail's tone. */
export type PhonePart = number | UtteranceKey | 'beep';

const RATE = 8000;
const BEEP_HZ = 1000;
const BEEP_MS = 500;

const tone = (): Int16Array =>
  Int16Array.from({ length: (RATE * BEEP_MS) / 1000 }, (_, i) =>
    Math.round(8000 * Math.sin((2 * Math.PI * BEEP_HZ * i) / RATE)),
  );

const samplesOf = async (part: PhonePart): Promise<Int16Array> => {
  if (typeof part === 'number') return new Int16Array(Math.round((RATE * part) / 1000));
  if (part === 'beep') return tone();
  return (await synthesize(utterances[part], { rate: RATE, voice: 'callee' })).samples;
};

/** Writes what a phone plays, part after part, as an 8 kHz mono 16-bit WAV; gives its length in ms. */
export const buildPhoneWav = async (parts: readonly PhonePart[], file: string): Promise<number> => {
  const sounds: Int16Array[] = [];
  for (const part of parts) sounds.push(await samplesOf(part));
  const samples = new Int16Array(sounds.reduce((sum, sound) => sum + sound.length, 0));
  let at = 0;
  for (const sound of sounds) {
    samples.set(sound, at);
    at += sound.length;
  }
  await writeFile(file, encodeWav({ rate: RATE, samples }));
  return (samples.length / RATE) * 1000;
};
