/** The header of a refusal that time alone mends; none where it does not. */
export const retryAfter = (seconds: number | null): Readonly<Record<string, string>> =>
  seconds === null ? {} : { 'retry-after': String(seconds) };
