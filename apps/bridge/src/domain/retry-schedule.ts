/** `resume`: the URL of one call, which somebody is waiting at. `standing`: the endpoint for every call. */
export type CallbackKind = 'resume' | 'standing';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** What follows each failed attempt, in order; after the last one nothing does. */
const WAITS_MS: Readonly<Record<CallbackKind, readonly number[]>> = {
  resume: [SECOND, 3 * SECOND, 10 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR],
  // Three days in all: a weekend's outage and the Monday morning on which it is found.
  standing: [
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
  ],
};

const MOST_JITTER = 0.1;

/**
 * Milliseconds from the failed attempt number `attemptsMade` until the next one; 0 before the first and
 * `null` when there is none left and the callback becomes a dead letter. `jitter` (0 to 1) makes the
 * wait up to a tenth longer, never shorter, so that callbacks that failed together do not come again
 * together.
 */
export const nextCallbackAttemptMs = (
  kind: CallbackKind,
  attemptsMade: number,
  jitter: number,
): number | null => {
  if (attemptsMade < 1) return 0;
  const wait = WAITS_MS[kind][attemptsMade - 1];
  return wait === undefined ? null : Math.round(wait * (1 + MOST_JITTER * jitter));
};
