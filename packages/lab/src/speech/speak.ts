import { writeFile } from 'node:fs/promises';
import { runProgram } from './run-program.ts';
import { bytesToSamples, encodeWav, type Sound } from './wav.ts';

export type SpeechRate = 8000 | 16000 | 22050 | 24000 | 44100 | 48000;
export type Voice = 'agent' | 'callee';
export type SpeakOptions = { rate?: SpeechRate; voice?: Voice };

/** Two voices that differ in sex, accent and speed, so that the agent's speech is never taken for a callee's. */
const VOICES: Record<Voice, readonly string[]> = {
  agent: ['-v', 'en-gb-x-rp+f3', '-p', '65', '-s', '165'],
  callee: ['-v', 'en-us', '-p', '40', '-s', '155'],
};

/**
 * Synthesises `text` with espeak-ng and resamples it with sox. The same text, voice and rate always give the
 * same samples. Text without a word gives silence of no length.
 */
export const synthesize = async (
  text: string,
  options: SpeakOptions & { signal?: AbortSignal } = {},
): Promise<Sound> => {
  const rate = options.rate ?? 24000;
  if (!/[\p{L}\p{N}]/u.test(text)) return { rate, samples: new Int16Array(0) };
  const run = options.signal ? { signal: options.signal } : {};
  const spoken = await runProgram(
    'espeak-ng',
    [...VOICES[options.voice ?? 'agent'], '-b', '1', '--stdin', '--stdout'],
    { ...run, stdin: text },
  );
  // -D: no dither, which is random. The lower gain leaves room for what resampling overshoots.
  const raw = ['-t', 'raw', '-b', '16', '-e', 'signed', '-c', '1', '-r', String(rate)];
  const pcm = await runProgram(
    'sox',
    ['-D', '-t', 'wav', '--ignore-length', '-', ...raw, '-', 'gain', '-3'],
    {
      ...run,
      stdin: spoken,
    },
  );
  return { rate, samples: bytesToSamples(pcm) };
};

/** Speaks `text` into a mono 16-bit WAV file: 24 kHz and the agent's voice unless told otherwise. */
export const speak = async (text: string, file: string, options: SpeakOptions = {}): Promise<void> => {
  await writeFile(file, encodeWav(await synthesize(text, options)));
};
