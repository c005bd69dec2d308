/**
 * So many calls may wait for an agent's grant at once. A worker starts its job processes one after another, a
 * second or more each: of a larger burst most jobs would start after their call was dispatched again, each would
 * cost a process for nothing, and the worker would never catch up.
 */
export const MAX_WAITING_FOR_GRANT = 3;

/** What one trunk carries at once and per second. */
export type DispatchLimits = { readonly maxConcurrentCalls: number; readonly callsPerSecond: number };

/** What the trunk carries now. `lastStartMsAgo` null: nothing was started yet. */
export type TrunkLoad = {
  /** Calls that were dispatched and are not over, and their second legs. */
  readonly active: number;
  /** Those of the active ones that were dispatched and have no grant yet. */
  readonly waiting: number;
  readonly lastStartMsAgo: number | null;
};

/**
 * Whether another call may start on a trunk: now, in `ms`, or when a call gets its grant or ends. A start in
 * the future is what a clock that was set back leaves behind, and holds nothing up.
 */
export const claimPlace = (
  load: TrunkLoad,
  limits: DispatchLimits,
):
  | { readonly status: 'free' }
  | { readonly status: 'full' }
  | { readonly status: 'later'; readonly ms: number } => {
  if (load.active >= limits.maxConcurrentCalls || load.waiting >= MAX_WAITING_FOR_GRANT) {
    return { status: 'full' };
  }
  const paceMs = 1000 / limits.callsPerSecond;
  const ago = load.lastStartMsAgo;
  return ago === null || ago < 0 || ago >= paceMs
    ? { status: 'free' }
    : { status: 'later', ms: Math.ceil(paceMs - ago) };
};
