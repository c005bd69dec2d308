import { runProgram } from './run-program.ts';
import { decodeWav, encodeWav, type Sound } from './wav.ts';

/** Sends a sound through sox with effects, for example `['gain', '-20']`. */
export const withEffects = async (sound: Sound, effects: readonly string[]): Promise<Sound> =>
  decodeWav(
    await runProgram('sox', ['-D', '-t', 'wav', '-', '-t', 'wav', '-b', '16', '-', ...effects], {
      stdin: encodeWav(sound),
    }),
  );

/** What a telephone line leaves of a sound: 8 kHz, mu-law, then back to 16-bit samples at `rate`. */
export const overThePhone = async (
  sound: Sound,
  effects: readonly string[] = [],
  rate = 8000,
): Promise<Sound> => {
  const line = ['-t', 'raw', '-e', 'mu-law', '-r', '8000', '-c', '1'];
  const sent = await runProgram('sox', ['-D', '-t', 'wav', '-', ...line, '-', ...effects], {
    stdin: encodeWav(sound),
  });
  const heard = ['-D', ...line, '-', '-t', 'wav', '-b', '16', '-e', 'signed', '-r', String(rate), '-'];
  return decodeWav(await runProgram('sox', heard, { stdin: sent }));
};

/** Adds white noise of `db` below full scale, the same on each run. */
export const withNoise = ({ rate, samples }: Sound, db: number): Sound => {
  const amplitude = 32768 * 10 ** (db / 20) * Math.sqrt(3);
  let seed = 1;
  const random = (): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return seed / 0x40000000 - 1;
  };
  const noisy = samples.map((sample) =>
    Math.max(-32768, Math.min(32767, Math.round(sample + amplitude * random()))),
  );
  return { rate, samples: noisy };
};

/** Silences `percent` of the 20 ms packets, scattered. */
export const withLoss = ({ rate, samples }: Sound, percent: number): Sound => {
  const packet = rate / 50;
  const lossy = samples.map((sample, i) => ((Math.floor(i / packet) * 37) % 100 < percent ? 0 : sample));
  return { rate, samples: lossy };
};

/** One sound after another. */
export const joined = (first: Sound, ...others: readonly Sound[]): Sound => ({
  rate: first.rate,
  samples: Int16Array.from([first, ...others].flatMap(({ samples }) => [...samples])),
});
