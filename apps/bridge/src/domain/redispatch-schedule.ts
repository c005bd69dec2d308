/** A job asks for its grant within a second of a dispatch; after this long it is not coming. */
export const GRANT_WAIT_MS = 5_000;
/** Without any grant at all for this long, of this call or another, no agent is there. */
export const NO_AGENT_MS = 60_000;

const EXTRA_WAITS_MS = [0, 5_000, 10_000, 20_000, 40_000] as const;
const LONGEST_EXTRA_WAIT_MS = 60_000;

/**
 * Milliseconds from dispatch `number` (from 1) until the next one if nobody was granted: five seconds
 * to be granted, then 0, 5, 10, 20 … seconds more.
 */
export const redispatchAfterMs = (number: number): number =>
  GRANT_WAIT_MS + (EXTRA_WAITS_MS[number - 1] ?? LONGEST_EXTRA_WAIT_MS);
