import { createBeepDetector } from './beep.ts';
import { type SoundWindow, WINDOW_MS } from './ear.ts';
import type { VoiceActivity } from './voice-activity.ts';

/** A voicemail that beeps does so sooner than this after its last word; one that does not is ready then. */
const QUIET_MS = 2_500;
/** Announcements are shorter. */
const LIMIT_MS = 60_000;

/** When to speak onto a voicemail: `after_beep`, `after_quiet` where it does not beep, or never (`give_up`). */
export type MessageMoment = 'after_beep' | 'after_quiet' | 'give_up';

/** Waits for the moment; fed with every window, after the voice activity has heard it. */
export const createMessageMoment = (
  voice: Pick<VoiceActivity, 'quietMs'>,
): { hear(window: SoundWindow): MessageMoment | null } => {
  const beep = createBeepDetector();
  let waited = 0;
  return {
    hear: (window) => {
      waited += WINDOW_MS;
      if (beep.hear(window)) return 'after_beep';
      if (voice.quietMs() >= QUIET_MS && waited >= QUIET_MS) return 'after_quiet';
      return waited >= LIMIT_MS ? 'give_up' : null;
    },
  };
};
