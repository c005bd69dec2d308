import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 20;

/**
 * Measures how late this process's timers fire: a host without time to spare lets them wait. What it gives answers
 * with a percentile (the 90th unless told otherwise), in ms, since it was last asked.
 */
export const measureHostDelay = (percentile = 90): (() => number) => {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return () => {
    // Each measure holds the timer's own interval; an empty histogram gives 0.
    const lateMs = Math.max(0, histogram.percentile(percentile) / 1e6 - RESOLUTION_MS);
    histogram.reset();
    return Math.round(lateMs);
  };
};
