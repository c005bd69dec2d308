import type { Call } from '../domain/call.ts';
import { isSettled } from '../domain/call-keepsake.ts';
import type { CallStore, ChangeFeed } from '../ports.ts';
import { createChangeLatch } from './change-latch.ts';

/** The call when it is over and its result is there or given up, or as it stands after `waitMs` or when the wait is stopped; null: no such call. */
export const waitForEnd = async (
  deps: { readonly calls: CallStore; readonly feed: ChangeFeed },
  id: string,
  waitMs: number,
  stop: AbortSignal,
): Promise<Call | null> => {
  const until = performance.now() + waitMs;
  const latch = createChangeLatch(deps.feed, id, stop);
  try {
    for (;;) {
      const call = await deps.calls.find(id);
      const leftMs = until - performance.now();
      if (call === null || isSettled(call) || leftMs <= 0 || stop.aborted) return call;
      await latch.next(leftMs);
    }
  } finally {
    latch.close();
  }
};
