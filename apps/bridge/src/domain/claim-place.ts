/** What one trunk carries at once and per second. */
export type DispatchLimits = { readonly maxConcurrentCalls: number; readonly callsPerSecond: number };

/** What the trunk carries now. `lastStartMsAgo` null: nothing was started yet. */
export type TrunkLoad = { readonly active: number; readonly lastStartMsAgo: number | null };

/**
 * Whether another call may start on a trunk: now, in `ms`, or when a call ends. A start in the future is
 * what a clock that was set back leaves behind, and holds nothing up.
 */
export const claimPlace = (
  load: TrunkLoad,
  limits: DispatchLimits,
):
  | { readonly status: 'free' }
  | { readonly status: 'full' }
  | { readonly status: 'later'; readonly ms: number } => {
  if (load.active >= limits.maxConcurrentCalls) return { status: 'full' };
  const paceMs = 1000 / limits.callsPerSecond;
  const ago = load.lastStartMsAgo;
  return ago === null || ago < 0 || ago >= paceMs
    ? { status: 'free' }
    : { status: 'later', ms: Math.ceil(paceMs - ago) };
};
