import { createHash } from 'node:crypto';

/** Wrong keys that an address may try before it has to wait. */
export const FREE_TRIES = 10;
const FIRST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 60 * 60_000;
// A typing error of last week is no part of an attack of today.
const FORGOTTEN_AFTER_MS = 24 * 60 * 60_000;
const MOST_CLIENTS = 10_000;
const MOST_REMEMBERED = 100;

type Tries = { readonly wrong: Set<string>; waitMs: number; heardAgainAt: number; lastAt: number };

const digestOf = (secret: string): string => createHash('sha256').update(secret).digest('base64');

/** A map that forgets its oldest entry when it is full. */
const remember = <T>(map: Map<string, T>, key: string, value: T, most: number): void => {
  map.delete(key);
  map.set(key, value);
  const oldest = map.keys().next();
  if (map.size > most && !oldest.done) map.delete(oldest.value);
};

/**
 * Makes whoever guesses keys wait: after `FREE_TRIES` different wrong ones a client is not heard for a minute,
 * then for twice as long after each further one, up to an hour. The same wrong key again counts once: that is a
 * workflow whose key was changed, not somebody who guesses. A key that a client has used with success stays
 * good for that client, so that nobody behind the same address can lock it out. Kept in memory, for this bridge.
 */
export class LoginGuard {
  readonly #now: () => number;
  readonly #tries = new Map<string, Tries>();
  readonly #proven = new Map<string, true>();

  /** `now`: milliseconds of a monotonic clock. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** For how many seconds this client is not heard; 0: it is. `keyName`: the key it came with, if it is one. */
  waitSeconds(client: string, keyName: string | null): number {
    if (keyName !== null && this.#proven.has(`${client} ${keyName}`)) return 0;
    const left = (this.#tries.get(client)?.heardAgainAt ?? 0) - this.#now();
    return left > 0 ? Math.ceil(left / 1000) : 0;
  }

  /** Notes a wrong key; true when the client has to wait from now on. */
  failed(client: string, secret: string): boolean {
    const now = this.#now();
    const known = this.#tries.get(client);
    const tries =
      known === undefined || now - known.lastAt > FORGOTTEN_AFTER_MS
        ? { wrong: new Set<string>(), waitMs: 0, heardAgainAt: 0, lastAt: now }
        : known;
    const digest = digestOf(secret);
    tries.lastAt = now;
    remember(this.#tries, client, tries, MOST_CLIENTS);
    if (tries.wrong.has(digest)) return false;
    tries.wrong.add(digest);
    if (tries.wrong.size <= FREE_TRIES) return false;
    // Enough to know the one key of a workflow again, whatever is guessed beside it.
    if (tries.wrong.size > MOST_REMEMBERED) tries.wrong.delete(digest);
    tries.waitMs = tries.waitMs === 0 ? FIRST_WAIT_MS : Math.min(tries.waitMs * 2, LONGEST_WAIT_MS);
    tries.heardAgainAt = now + tries.waitMs;
    return true;
  }

  /** Notes that a client came with this key. */
  passed(client: string, keyName: string): void {
    remember(this.#proven, `${client} ${keyName}`, true, MOST_CLIENTS);
  }
}
