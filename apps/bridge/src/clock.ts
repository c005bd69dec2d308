import type { Logger } from '@outdial/runtime';

/** Something that is done again and again. */
export type Clock = {
  /** Does it now, or once more if it is under way. */
  readonly wake: () => void;
  /** Ends it; resolves when the last round is over. */
  readonly stop: () => Promise<void>;
};

/**
 * Runs `round` every `everyMs` and when woken, never two rounds at once. A round that fails is logged
 * and the next one comes all the same; `onFailure` hears of it too.
 */
export const startClock = (options: {
  readonly name: string;
  readonly everyMs: number;
  readonly round: () => Promise<void>;
  readonly log: Logger;
  readonly onFailure?: (error: unknown) => void;
}): Clock => {
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;

  const loop = async (): Promise<void> => {
    do {
      again = false;
      try {
        await options.round();
      } catch (error) {
        options.log.error({ clock: options.name, err: error }, 'round failed');
        options.onFailure?.(error);
      }
    } while (again && !stopped);
    // Not in finally(): a wake between the last look at `again` and then would be forgotten.
    running = null;
  };

  const wake = (): void => {
    if (stopped) return;
    again = true;
    running ??= loop();
  };

  const timer = setInterval(wake, options.everyMs);
  wake();
  return {
    wake,
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
};
