import { createEar } from './ear.ts';
import { createGreetingGuard, type GreetingGuard, type GuardedSpeech } from './greeting-guard.ts';
import { createMessageMoment, type MessageMoment } from './message-moment.ts';
import type { Answerer } from './signs.ts';
import { createVoiceActivity } from './voice-activity.ts';
import { createWhoAnswered, type WhoAnswered } from './who-answered.ts';

/** Everything that is learned from the callee's sound and words beside the conversation. */
export type CalleeWatch = {
  hear(samples: Int16Array, rate: number): void;
  words(text: string, isFinal: boolean): void;
  /** The greeting was given to the voice, behind the notice if there is one. */
  guardGreeting(speech: GuardedSpeech, notice: Pick<GuardedSpeech, 'done'> | null): void;
  /** `null` before the greeting. */
  guard(): GreetingGuard | null;
  readonly who: WhoAnswered;
  /** Waits for the moment to speak onto a voicemail. */
  awaitMessage(onMoment: (moment: MessageMoment) => void): void;
};

export const createCalleeWatch = (options: {
  readonly language: string;
  readonly classify: (words: string) => Promise<Answerer | null>;
  readonly onVerdict: (answerer: Answerer) => void;
}): CalleeWatch => {
  const activity = createVoiceActivity();
  const who = createWhoAnswered({ ...options, activity });
  let guard: GreetingGuard | null = null;
  let waiting: {
    hear: ReturnType<typeof createMessageMoment>['hear'];
    tell(moment: MessageMoment): void;
  } | null = null;
  const ear = createEar((window) => {
    activity.hear(window);
    guard?.hear();
    const moment = waiting?.hear(window) ?? null;
    if (moment === null) return;
    const { tell } = waiting as NonNullable<typeof waiting>;
    waiting = null;
    tell(moment);
  });
  return {
    hear: ear.hear,
    words: (text, isFinal) => {
      guard?.words(text, isFinal);
      who.words(text, isFinal);
    },
    guardGreeting: (speech, notice) => {
      guard = createGreetingGuard({ speech, notice, activity, language: options.language });
    },
    guard: () => guard,
    who,
    awaitMessage: (tell) => {
      waiting = { hear: createMessageMoment(activity).hear, tell };
    },
  };
};
