import { type SoundWindow, WINDOW_MS } from './ear.ts';

/** How the callee has been speaking so far, by level alone; times in ms of sound since the answer. */
export type VoiceActivity = {
  hear(window: SoundWindow): void;
  elapsedMs(): number;
  /** When the first words began; `null`: none yet. */
  firstAt(): number | null;
  /** From the beginning of the first words to their last sound, short pauses included. */
  firstSpanMs(): number;
  /** Since the last sound of speech; since the answer when there was none. */
  quietMs(): number;
};

/** Line noise is followed between these levels; speech lies this much above it. */
const FLOOR_DB = [-75, -40] as const;
const ABOVE_FLOOR_DB = 12;
const LOUD_DB = -48;
/** The floor rises slowly, so that it is noise that lifts it and not a sentence. */
const RISE_DB = 0.04;
/** Fewer windows than this in a row are a click. */
const ONSET = 3;
/** A pause as long as this ends the first words. */
export const FIRST_PAUSE_MS = 600;

export const createVoiceActivity = (): VoiceActivity => {
  let floor: number = FLOOR_DB[0];
  let elapsed = 0;
  let loud = 0;
  let lastLoud: number | null = null;
  let first: number | null = null;
  let firstEnd: number | null = null;
  let firstOver = false;
  return {
    hear: ({ db }) => {
      elapsed += WINDOW_MS;
      floor = Math.min(FLOOR_DB[1], Math.max(FLOOR_DB[0], Math.min(db, floor + RISE_DB)));
      loud = db > Math.max(LOUD_DB, floor + ABOVE_FLOOR_DB) ? loud + 1 : 0;
      if (loud >= ONSET) {
        lastLoud = elapsed;
        first ??= elapsed - ONSET * WINDOW_MS;
        if (!firstOver) firstEnd = elapsed;
      }
      if (firstEnd !== null && elapsed - firstEnd >= FIRST_PAUSE_MS) firstOver = true;
    },
    elapsedMs: () => elapsed,
    firstAt: () => first,
    firstSpanMs: () => (first === null || firstEnd === null ? 0 : firstEnd - first),
    quietMs: () => elapsed - (lastLoud ?? 0),
  };
};
