import { rename } from 'node:fs/promises';
import { buildPhoneWav, type PhonePart } from '../speech/phone-wav.ts';
import { runProgram } from '../speech/run-program.ts';

/** A WAV file of any rate, or silences (ms), utterances and a beep in turn. */
export type PhoneWords = string | readonly PhonePart[];

/** Silence behind every line: LiveKit ends a call whose phone stops sending audio. */
const SILENCE_AFTER_SECONDS = 600;

/** A scenario's phone is read into memory whole. */
const SCENARIO_SILENCE_SECONDS = 180;

/**
 * Makes the file that a SIPp phone streams: A-law without a header, three minutes of silence behind the words.
 */
export const preparePhoneStream = async (words: PhoneWords, target: string): Promise<void> => {
  const spoken = typeof words === 'string' ? words : `${target}.words.wav`;
  if (typeof words !== 'string') await buildPhoneWav([...words, 100], spoken);
  const format = ['-t', 'al', '-r', '8000', '-c', '1'];
  await runProgram('sox', ['-D', spoken, ...format, target, 'pad', '0', String(SCENARIO_SILENCE_SECONDS)]);
};

/**
 * Makes the WAV that a phone plays from the beginning of each call: 8 kHz, mono, 16 bit, ten minutes of silence
 * behind the words. `target` is replaced in one step, so a call that starts meanwhile hears the old one whole.
 */
export const preparePhoneAudio = async (words: PhoneWords, target: string): Promise<void> => {
  const next = `${target}.next.wav`;
  const spoken = typeof words === 'string' ? words : `${target}.words.wav`;
  if (typeof words !== 'string') await buildPhoneWav(words, spoken);
  const format = ['-r', '8000', '-c', '1', '-b', '16', '-e', 'signed'];
  // -D: no dither, which is random.
  await runProgram('sox', ['-D', spoken, ...format, next, 'pad', '0', String(SILENCE_AFTER_SECONDS)]);
  await rename(next, target);
};
