const DAY_MINUTES = 24 * 60;

/** What bounds a day of calls that nobody meant to place. */
export type WorstDayLimits = {
  /** Calls that can be up at once, second legs included: MAX_CONCURRENT_CALLS, or the carrier's channels. */
  readonly places: number;
  /** MAX_CALLS_PER_DAY */
  readonly callsPerDay: number;
  /** The longest that one call can be asked to last, or that the carrier lets one last. */
  readonly longestCallMinutes: number;
};

/** Prices of the carrier, in one currency; minutes are billed whole. */
export type Prices = { readonly perMinute: number; readonly perCall: number };

/**
 * The most that a day of calls can come to: every place talks without a pause, or every call lasts as long as it
 * can, whichever is less; and each call is billed for a minute that it only began.
 */
export const worstDay = (
  { places, callsPerDay, longestCallMinutes }: WorstDayLimits,
  { perMinute, perCall }: Prices,
): { readonly minutes: number; readonly cost: number } => {
  const talked = Math.min(places * DAY_MINUTES, callsPerDay * longestCallMinutes);
  const begun = talked === callsPerDay * longestCallMinutes ? 0 : callsPerDay;
  const minutes = talked + begun;
  return { minutes, cost: minutes * perMinute + callsPerDay * perCall };
};
