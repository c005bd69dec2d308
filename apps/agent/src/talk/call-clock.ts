/** A warning comes this long before the end of a call, or after three quarters of a short one. */
const WARN_BEFORE_S = 30;
const SHORT_CALL_PART = 0.25;
/** A call as short as this is not warned. */
const NO_WARNING_BELOW_S = 20;
/** The bridge takes an overlong call away 10 s after its maximum; the goodbye is over before. */
const GOODBYE_LIMIT_MS = 6_000;

/**
 * Keeps the maximum duration of an answered call: a spoken warning with the seconds that are left, a goodbye at
 * the maximum, and the end behind it. What it gives stops it.
 */
export const startCallClock = (
  maxSeconds: number,
  told: {
    readonly warn: (secondsLeft: number) => void;
    readonly goodbye: () => Promise<void>;
    readonly over: () => void;
  },
): (() => void) => {
  const left = Math.min(WARN_BEFORE_S, Math.floor(maxSeconds * SHORT_CALL_PART));
  const warning =
    maxSeconds < NO_WARNING_BELOW_S
      ? undefined
      : setTimeout(() => told.warn(left), (maxSeconds - left) * 1000).unref();
  const end = setTimeout(async () => {
    const { promise: limit, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, GOODBYE_LIMIT_MS);
    await Promise.race([told.goodbye().catch(() => {}), limit]);
    clearTimeout(timer);
    told.over();
  }, maxSeconds * 1000);
  return () => {
    clearTimeout(warning);
    clearTimeout(end);
  };
};
