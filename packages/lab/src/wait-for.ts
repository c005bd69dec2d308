import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks every 20 ms until `fact` gives something other than `undefined`, and gives that. Throws with `what` after
 * `limitMs`, default 5 s.
 */
export const waitFor = async <T>(
  what: string,
  fact: () => Promise<T | undefined>,
  limitMs = 5_000,
): Promise<T> => {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const value = await fact();
    if (value !== undefined) return value;
    if (performance.now() > deadline) throw new Error(`waited ${limitMs} ms in vain for ${what}`);
    await delay(20);
  }
};
