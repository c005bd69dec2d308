import { type SoundWindow, WINDOW_MS } from './ear.ts';

/** A voicemail's beep is a steady tone of about this long. */
const BEEP_MS = [160, 3_000] as const;
const STEADY = 0.03;
/** Windows without the tone that end it; one alone may be a fault of the line. */
const GAP = 2;

/** Hears the beep of a voicemail: `hear` is true for the window in which one has just ended. */
export const createBeepDetector = (): { hear(window: SoundWindow): boolean } => {
  let hz = 0;
  let windows = 0;
  let missing = 0;
  return {
    hear: ({ toneHz }) => {
      if (toneHz !== null && (windows === 0 || Math.abs(toneHz - hz) <= STEADY * hz)) {
        hz = windows === 0 ? toneHz : hz + (toneHz - hz) / (windows + 1);
        windows += 1;
        missing = 0;
        return false;
      }
      missing += 1;
      if (windows === 0 || (missing < GAP && toneHz === null)) return false;
      const ms = windows * WINDOW_MS;
      windows = 0;
      missing = 0;
      return ms >= BEEP_MS[0] && ms <= BEEP_MS[1];
    },
  };
};
