import { isRealSpeech, wordsToAnswer } from './signs.ts';
import type { VoiceActivity } from './voice-activity.ts';

/** The part of agents-js' SpeechHandle that the guard moves. */
export type GuardedSpeech = { allowInterruptions: boolean; interrupt(): unknown; done(): boolean };

/** Keeps the greeting whole while people pick up the phone, and lets it be cut by what they mean to say. */
export type GreetingGuard = {
  /** After every window that the voice activity has heard. */
  hear(): void;
  words(text: string, isFinal: boolean): void;
  /** Lets the greeting be interrupted like any other sentence. */
  open(): void;
  /** What was said into the guarded greeting and is not in the conversation yet; gives it once. */
  takeHeld(): string;
  /** Whether what is held is more than a hello. */
  holdsQuestion(): boolean;
};

/** A hello comes within this time of the answer … */
const PICKING_UP_MS = 2_000;
/** … and is over when it was quiet for so long and its words have come. */
const QUIET_MS = 800;
/** Words that never come do not keep the greeting closed. */
const LIMIT_MS = 6_000;

/**
 * agents-js drops a turn that ends while a sentence that cannot be interrupted is spoken, so the guard keeps
 * its words. From `open` on its own rules hold: speech pauses the greeting, and words cut it.
 */
export const createGreetingGuard = (options: {
  readonly speech: GuardedSpeech;
  /** What is said before the greeting, and cut by nothing; `null`: nothing is. */
  readonly notice: Pick<GuardedSpeech, 'done'> | null;
  readonly activity: VoiceActivity;
  readonly language: string;
}): GreetingGuard => {
  const { speech } = options;
  const noticeRuns = () => options.notice?.done() === false;
  let isOpen = false;
  let pending = false;
  const held: string[] = [];
  const open = () => {
    isOpen = true;
    speech.allowInterruptions = true;
  };
  return {
    hear: () => {
      if (isOpen || noticeRuns()) return;
      const activity = options.activity;
      const elapsed = activity.elapsedMs();
      const calm = activity.quietMs() >= QUIET_MS && !pending;
      if ((elapsed >= PICKING_UP_MS && calm) || elapsed >= LIMIT_MS) open();
    },
    words: (text, isFinal) => {
      if (speech.done() || text.trim() === '') return;
      if (!noticeRuns() && isOpen) return;
      if (!noticeRuns() && isRealSpeech(text, options.language)) {
        open();
        speech.interrupt();
        return;
      }
      pending = !isFinal;
      if (isFinal) held.push(text.trim());
    },
    open,
    takeHeld: () => held.splice(0).join(' '),
    holdsQuestion: () => held.some((text) => wordsToAnswer(text) > 0),
  };
};
