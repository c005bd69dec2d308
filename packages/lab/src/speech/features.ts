import { createPowerSpectrum } from './fft.ts';

/** Frames per second. */
export const FRAME_RATE = 100;
export const FRAME_MS = 1000 / FRAME_RATE;
const WINDOW_SECONDS = 0.025;
const BANDS = 18;
/** What G.711 and every later step carry. */
const LOWEST_HZ = 220;
const HIGHEST_HZ = 3400;
const SILENT_DB = -120;

/** Energy of one 25 ms window: per band and in all bands, in dB below full scale. */
export type Frame = { bands: Float32Array; level: number };

/** Turns samples of one stream into frames, 10 ms apart; keeps what does not fill a window. */
export type FrameStream = { push(samples: Int16Array): Frame[] };

const toMel = (hz: number): number => 1127 * Math.log1p(hz / 700);
const fromMel = (mel: number): number => 700 * Math.expm1(mel / 1127);

/** Overlapping triangular bands, evenly spaced by ear: [first bin, weights]. */
const makeBands = (rate: number, size: number): [number, Float64Array][] => {
  const from = toMel(LOWEST_HZ);
  const step = (toMel(HIGHEST_HZ) - from) / (BANDS + 1);
  const bin = (position: number): number => (fromMel(from + position * step) * size) / rate;
  return Array.from({ length: BANDS }, (_, band) => {
    const [low, peak, high] = [bin(band), bin(band + 1), bin(band + 2)];
    const first = Math.ceil(low);
    const weights = Float64Array.from({ length: Math.max(1, Math.floor(high) - first + 1) }, (_, i) => {
      const at = first + i;
      return Math.max(0, at <= peak ? (at - low) / (peak - low) : (high - at) / (high - peak));
    });
    return [first, weights];
  });
};

const toDb = (power: number): number => Math.max(SILENT_DB, 10 * Math.log10(power + 1e-20));

/** A front end for samples at `rate` Hz. Frames of the same sound at different rates are alike. */
export const createFrameStream = (rate: number): FrameStream => {
  const length = Math.round(rate * WINDOW_SECONDS);
  const size = 2 ** Math.ceil(Math.log2(length));
  const window = Float64Array.from(
    { length },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / length),
  );
  const scale = 2 / (size * window.reduce((sum, w) => sum + w * w, 0) * 32768 ** 2);
  const spectrum = createPowerSpectrum(size);
  const bands = makeBands(rate, size);
  const re = new Float64Array(size);
  const power = new Float64Array(size / 2 + 1);
  let pending = new Int16Array(0);
  let frames = 0;
  let consumed = 0;

  const measure = (samples: Int16Array, from: number): Frame => {
    re.fill(0);
    for (let i = 0; i < length; i++) re[i] = (samples[from + i] ?? 0) * (window[i] ?? 0);
    spectrum(re, power);
    let total = 0;
    const frame = new Float32Array(BANDS);
    bands.forEach(([first, weights], band) => {
      let energy = 0;
      for (let i = 0; i < weights.length; i++) energy += (power[first + i] ?? 0) * (weights[i] ?? 0);
      total += energy;
      frame[band] = toDb(energy * scale);
    });
    return { bands: frame, level: toDb(total * scale) };
  };

  return {
    push: (samples) => {
      const all = new Int16Array(pending.length + samples.length);
      all.set(pending);
      all.set(samples, pending.length);
      const made: Frame[] = [];
      // Starts are counted from the stream's beginning: at 22.05 kHz 10 ms is no whole number of samples.
      for (;;) {
        const from = Math.round((frames * rate) / FRAME_RATE) - consumed;
        if (from + length > all.length) {
          const keep = Math.min(from, all.length);
          consumed += keep;
          pending = all.slice(keep);
          return made;
        }
        made.push(measure(all, from));
        frames += 1;
      }
    },
  };
};
