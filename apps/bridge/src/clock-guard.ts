/** Notices that the database's clock was set. */
export type ClockGuard = {
  /** Told the database's time again and again; true when it moved by more than time did. */
  readonly jumped: (databaseNow: Date) => boolean;
};

// NTP slews below this; who sets a clock moves it by more. A slow answer of the database is no jump either.
const JUMP_MS = 4_000;

/**
 * Compares the database's clock with one that never jumps. Leases, which are differences of the first,
 * mean nothing across a jump: a minute forward would make every agent look silent for a minute.
 */
export const createClockGuard = (monotonicMs: () => number): ClockGuard => {
  let offset: number | null = null;
  return {
    jumped: (databaseNow) => {
      const now = databaseNow.getTime() - monotonicMs();
      const moved = offset !== null && Math.abs(now - offset) > JUMP_MS;
      // Followed, so that a slow drift never adds up to a jump.
      offset = now;
      return moved;
    },
  };
};
