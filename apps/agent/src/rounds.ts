import type { Logger } from '@outdial/runtime';

/** Work that is done again and again until it is stopped. */
export type Rounds = {
  /** One round beside the timer's. Never rejects. */
  now(): Promise<void>;
  stop(): void;
};

/** Starts rounds every `everyMs`. One that fails is logged: it must not end the process and the calls in it. */
export const startRounds = (
  what: string,
  everyMs: number,
  round: () => Promise<void>,
  log: Logger,
): Rounds => {
  const now = async () => {
    try {
      await round();
    } catch (error) {
      log.error({ err: error, what }, 'a round failed; the next one tries again');
    }
  };
  const timer = setInterval(() => void now(), everyMs);
  return { now, stop: () => clearInterval(timer) };
};
