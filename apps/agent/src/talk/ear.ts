/** What was heard in 20 ms: its level in dBFS, and its frequency when it was a pure tone. */
export type SoundWindow = { readonly db: number; readonly toneHz: number | null };

export const WINDOW_MS = 20;
const RATE = 8_000;
const WINDOW = (RATE * WINDOW_MS) / 1000;

const SILENT_DB = -100;
const TONE_DB = -45;
/** A beep lies here; below it a hum or a hummed voice is nearly as pure. */
const TONE_HZ = [350, 2_500] as const;
/** The power that the prediction of a sine leaves over: a tone keeps far below, voiced speech above. */
const TONE_RESIDUE = 0.02;

/**
 * A sine obeys x[n] + x[n-2] = 2·cos(w)·x[n-1]. The best factor is found by least squares, and what it
 * does not explain tells a tone from a voice.
 */
const toneOf = (samples: Float64Array, power: number): number | null => {
  let cross = 0;
  let square = 0;
  let both = 0;
  for (let n = 2; n < samples.length; n += 1) {
    const middle = samples[n - 1] ?? 0;
    const sides = (samples[n] ?? 0) + (samples[n - 2] ?? 0);
    cross += middle * sides;
    square += middle * middle;
    both += sides * sides;
  }
  if (square === 0) return null;
  const factor = cross / square;
  const residue = both - factor * cross;
  if (Math.abs(factor) >= 2 || residue > TONE_RESIDUE * power * samples.length) return null;
  const hz = (Math.acos(factor / 2) / (2 * Math.PI)) * RATE;
  return hz >= TONE_HZ[0] && hz <= TONE_HZ[1] ? hz : null;
};

const measure = (samples: Float64Array): SoundWindow => {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const power = sum / samples.length;
  const db = power === 0 ? SILENT_DB : 10 * Math.log10(power / 32_768 ** 2);
  return { db, toneHz: db < TONE_DB ? null : toneOf(samples, power) };
};

/** Cuts 16-bit sound of any rate from 8 kHz up into windows at 8 kHz, and gives each to `onWindow`. */
export const createEar = (
  onWindow: (window: SoundWindow) => void,
): { hear(samples: Int16Array, rate: number): void } => {
  const window = new Float64Array(WINDOW);
  let filled = 0;
  let sum = 0;
  let count = 0;
  let due = 0;
  return {
    hear: (samples, rate) => {
      for (const sample of samples) {
        sum += sample;
        count += 1;
        due += RATE;
        if (due < rate) continue;
        due -= rate;
        window[filled] = sum / count;
        filled += 1;
        sum = 0;
        count = 0;
        if (filled < WINDOW) continue;
        filled = 0;
        onWindow(measure(window));
      }
    },
  };
};
