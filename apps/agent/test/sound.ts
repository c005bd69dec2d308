/** Made-up sounds for tests: 16-bit samples at 24 kHz, as agents-js gives them. */
export const RATE = 24_000;

const make = (ms: number, sample: (seconds: number) => number): Int16Array =>
  Int16Array.from({ length: (RATE * ms) / 1000 }, (_, n) => Math.round(sample(n / RATE) * 32_767));

/** Repeatable noise between -1 and 1. */
export const createNoise = (): (() => number) => {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state / 2_147_483_647) * 2 - 1;
  };
};

export const silence = (ms: number): Int16Array => make(ms, () => 0);

export const tone = (ms: number, hz: number, level = 0.25, noise = 0): Int16Array => {
  const next = createNoise();
  return make(ms, (t) => level * Math.sin(2 * Math.PI * hz * t) + noise * next());
};

/** Like a voice: a gliding pitch with many partials, some of them loud, in syllables. */
export const voice = (ms: number): Int16Array => {
  const next = createNoise();
  let phase = 0;
  return make(ms, (t) => {
    const pitch = 120 + 25 * Math.sin(2 * Math.PI * 1.3 * t);
    phase += (2 * Math.PI * pitch) / RATE;
    let sum = 0;
    for (let partial = 1; partial <= 20; partial += 1) {
      const hz = pitch * partial;
      const formant = Math.exp(-(((hz - 500) / 250) ** 2)) + 0.5 * Math.exp(-(((hz - 1_500) / 300) ** 2));
      sum += (formant + 0.05) * Math.sin(phase * partial);
    }
    const syllable = 0.55 + 0.45 * Math.sin(2 * Math.PI * 4 * t);
    return 0.12 * syllable * (sum + 0.05 * next());
  });
};

export const noise = (ms: number, level: number): Int16Array => {
  const next = createNoise();
  return make(ms, () => level * next());
};
