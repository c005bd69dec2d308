import type { Logger } from '@outdial/runtime';
import { type Call, callFacts } from '../domain/call.ts';
import { StoreUnavailable } from '../ports.ts';

/**
 * Does the work for all calls at once, so that LiveKit's trouble with one room keeps no other waiting.
 * What fails is logged and comes again with the next round.
 *
 * @throws StoreUnavailable when the database is away, after the rest is done.
 */
export const eachCall = async (
  log: Logger,
  calls: readonly Call[],
  work: (call: Call) => Promise<unknown>,
): Promise<void> => {
  const results = await Promise.allSettled(calls.map(work));
  for (const [at, call] of calls.entries()) {
    const result = results[at];
    if (result?.status !== 'rejected' || result.reason instanceof StoreUnavailable) continue;
    log.warn({ ...callFacts(call), err: result.reason }, 'care of a call failed, it will be tried again');
  }
  const away = results.find(
    (result) => result.status === 'rejected' && result.reason instanceof StoreUnavailable,
  );
  if (away?.status === 'rejected') throw away.reason;
};
