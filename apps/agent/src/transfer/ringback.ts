/** Rate of the ringback tone, Hz. */
export const RINGBACK_RATE = 16_000;

// Ringback as phones in Australia have it: two tones close together, twice in three seconds.
const TONES_HZ = [400, 425];
const BURSTS_MS = [
  [0, 400],
  [600, 1_000],
] as const;
const CYCLE_MS = 3_000;
/** Of full scale, for each tone: soft beside a voice. */
const LEVEL = 0.06;
/** A tone that begins or ends at once clicks. */
const FADE_MS = 10;

const loudness = (ms: number): number => {
  const burst = BURSTS_MS.find(([from, to]) => ms >= from && ms < to);
  if (burst === undefined) return 0;
  const [from, to] = burst;
  return Math.min(1, (ms - from) / FADE_MS, (to - ms) / FADE_MS);
};

/** One cycle of ringback, three seconds of 16-bit samples, to be played again and again. */
export const ringbackCycle = (): Int16Array =>
  Int16Array.from({ length: (RINGBACK_RATE * CYCLE_MS) / 1_000 }, (_, at) => {
    const wave = TONES_HZ.reduce((sum, hz) => sum + Math.sin((2 * Math.PI * hz * at) / RINGBACK_RATE), 0);
    return Math.round(wave * LEVEL * loudness((at * 1_000) / RINGBACK_RATE) * 32_767);
  });
