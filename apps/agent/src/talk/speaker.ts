import { setTimeout as pause } from 'node:timers/promises';
import type { voice } from '@livekit/agents';
import type { Logger } from '@outdial/runtime';
import { PLAYOUT_TAIL_MS } from '../adapters/agent-track.ts';

/** Speaks through a session, and knows whether anything was to be heard. */
export type Speaker = {
  /** Says a sentence that nothing cuts, and resolves when its last sound has left for the callee. */
  say(text: string): Promise<void>;
  /** The same for the last words: whether they were to be heard. Never throws. */
  sayLast(text: string): Promise<boolean>;
  /** Does something with the session, which may have ended or may not take it now: that is no error. */
  attempt(work: () => unknown): void;
  /** The agent's voice sounds. */
  sounds(): void;
  /** `onSilent`, unless it has sounded or does so within this time (ms). */
  expectSound(withinMs: number, onSilent: () => void): void;
  stop(): void;
};

export const createSpeaker = (session: voice.AgentSession, log: Logger): Speaker => {
  let sounded = false;
  let firstSound: NodeJS.Timeout | undefined;
  const say = async (text: string): Promise<void> => {
    await session.say(text, { allowInterruptions: false }).waitForPlayout();
    await pause(PLAYOUT_TAIL_MS);
  };
  return {
    say,
    sayLast: async (text) => {
      sounded = false;
      await say(text).catch((error) =>
        log.debug({ reason: String(error) }, 'the last sentence was not said'),
      );
      return sounded;
    },
    attempt: (work) => {
      try {
        work();
      } catch (error) {
        log.debug({ reason: String(error) }, 'the session did not take it');
      }
    },
    sounds: () => {
      sounded = true;
      clearTimeout(firstSound);
    },
    expectSound: (withinMs, onSilent) => {
      if (!sounded) firstSound = setTimeout(onSilent, withinMs).unref();
    },
    stop: () => clearTimeout(firstSound),
  };
};
