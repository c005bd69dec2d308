/** Milliseconds since 1970 with fractions, on a clock that is never set back. */
export const now = (): number => performance.timeOrigin + performance.now();
