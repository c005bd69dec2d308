/** Power spectrum of a frame: `re` holds `size` real samples and is overwritten; bins 0..size/2 go to `power`. */
export type PowerSpectrum = (re: Float64Array, power: Float64Array) => void;

/** A radix-2 transform for frames of `size` samples, a power of two. */
export const createPowerSpectrum = (size: number): PowerSpectrum => {
  const bits = Math.log2(size);
  if (!Number.isInteger(bits)) throw new Error(`An FFT of ${size} samples: the size must be a power of two`);
  const im = new Float64Array(size);
  const cos = Float64Array.from({ length: size / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / size));
  const sin = Float64Array.from({ length: size / 2 }, (_, k) => -Math.sin((2 * Math.PI * k) / size));
  const reversed = Uint32Array.from({ length: size }, (_, i) => {
    let r = 0;
    for (let b = 0; b < bits; b++) r = (r << 1) | ((i >> b) & 1);
    return r;
  });

  return (re, power) => {
    im.fill(0);
    for (let i = 0; i < size; i++) {
      const j = reversed[i] ?? 0;
      if (j <= i) continue;
      const kept = re[i] ?? 0;
      re[i] = re[j] ?? 0;
      re[j] = kept;
    }
    for (let half = 1; half < size; half *= 2) {
      const step = size / (2 * half);
      for (let start = 0; start < size; start += 2 * half) {
        for (let k = 0; k < half; k++) {
          const c = cos[k * step] ?? 0;
          const s = sin[k * step] ?? 0;
          const a = start + k;
          const b = a + half;
          const bre = re[b] ?? 0;
          const bim = im[b] ?? 0;
          const tre = c * bre - s * bim;
          const tim = c * bim + s * bre;
          const are = re[a] ?? 0;
          const aim = im[a] ?? 0;
          re[b] = are - tre;
          im[b] = aim - tim;
          re[a] = are + tre;
          im[a] = aim + tim;
        }
      }
    }
    for (let k = 0; k <= size / 2; k++) power[k] = (re[k] ?? 0) ** 2 + (im[k] ?? 0) ** 2;
  };
};
