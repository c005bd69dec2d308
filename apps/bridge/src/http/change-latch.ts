import type { ChangeFeed } from '../ports.ts';

/** Wakes one reader of rows when they may have changed. */
export type ChangeLatch = {
  /**
   * Resolves when something may have happened since the last call of this, after `ms`, or when the
   * reader is to stop. Read after it, not before: what happens while rows are read is not forgotten.
   */
  readonly next: (ms: number) => Promise<void>;
  readonly close: () => void;
};

/** A latch on the changes of one call, or of all with `callId` null. */
export const createChangeLatch = (
  feed: ChangeFeed,
  callId: string | null,
  stop: AbortSignal,
): ChangeLatch => {
  let changed = false;
  let wake = (): void => {};
  const unsubscribe = feed.subscribe((id) => {
    if (callId !== null && id !== null && id !== callId) return;
    changed = true;
    wake();
  });
  const onStop = (): void => wake();
  stop.addEventListener('abort', onStop);
  return {
    next: async (ms) => {
      if (!changed && !stop.aborted) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        const timer = setTimeout(resolve, ms);
        await promise;
        clearTimeout(timer);
        wake = () => {};
      }
      changed = false;
    },
    close: () => {
      unsubscribe();
      stop.removeEventListener('abort', onStop);
    },
  };
};
