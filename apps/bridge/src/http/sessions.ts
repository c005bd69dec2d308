import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ApiKey } from '../domain/api-keys.ts';

/** A session ends when nothing was asked in it for so long, */
export const IDLE_END_MS = 2 * 60 * 60_000;
/** and at the latest so long after the sign-in. */
export const ABSOLUTE_END_MS = 12 * 60 * 60_000;
// A cookie for each answer would be a waste.
const RENEWED_AFTER_MS = 60_000;
// Two bridges whose clocks differ by less understand each other's sessions.
const CLOCK_TOLERANCE_MS = 60_000;

const FORM = /^([A-Za-z0-9._-]{1,64})~([A-Za-z0-9_-]{22})~(\d{13})~(\d{13})~([A-Za-z0-9_-]{43})$/;

/** Somebody who signed in with a key; times in milliseconds of the wall clock. */
export type Session = {
  readonly id: string;
  readonly key: ApiKey;
  readonly startedAt: number;
  readonly seenAt: number;
};

const isSame = (given: string, wanted: string): boolean => {
  const [left, right] = [Buffer.from(given), Buffer.from(wanted)];
  return left.length === right.length && timingSafeEqual(left, right);
};

/** A random name of a browser or a session, 128 bits. */
export const newId = (): string => randomBytes(16).toString('base64url');

/**
 * Sessions that are signed, not stored, so that every bridge with the same keys and secret understands them and a
 * restart ends none. The signature covers the digest of the key that the session was begun with: without that key
 * in BRIDGE_API_KEYS there is no session. Sign-outs are remembered by this process alone.
 */
export class Sessions {
  readonly #secret: Buffer;
  readonly #keys: readonly ApiKey[];
  readonly #ended = new Map<string, number>();

  /** `secret`: what all bridges of one installation share; only something derived from it signs sessions. */
  constructor(secret: string, keys: readonly ApiKey[]) {
    this.#secret = createHmac('sha256', secret).update('outdial browser sessions').digest();
    this.#keys = keys;
  }

  #sign(what: string, text: string): string {
    return createHmac('sha256', this.#secret).update(`${what}\n${text}`).digest('base64url');
  }

  #signSession(head: string, key: ApiKey): string {
    return this.#sign('session', `${head}\n${key.digest.toString('hex')}`);
  }

  /** A new session for whoever showed this key. */
  start(key: ApiKey, now: number): Session {
    return { id: newId(), key, startedAt: now, seenAt: now };
  }

  /** The session as the value of a cookie. */
  write({ id, key, startedAt, seenAt }: Session): string {
    const head = `${key.name}~${id}~${startedAt}~${seenAt}`;
    return `${head}~${this.#signSession(head, key)}`;
  }

  /** The session that a cookie's value stands for; null when it is over, or was never one of ours. */
  read(value: string | undefined, now: number): Session | null {
    const parts = FORM.exec(value ?? '');
    if (parts === null) return null;
    const [, name = '', id = '', started = '', seen = '', signature = ''] = parts;
    const key = this.#keys.find((one) => one.name === name);
    if (key === undefined) return null;
    if (!isSame(signature, this.#signSession(`${name}~${id}~${started}~${seen}`, key))) return null;
    const [startedAt, seenAt] = [Number(started), Number(seen)];
    const session = { id, key, startedAt, seenAt };
    return this.isOver(session, now) || seenAt > now + CLOCK_TOLERANCE_MS ? null : session;
  }

  /** Whether a session that was read has ended since. */
  isOver({ id, startedAt, seenAt }: Session, now: number): boolean {
    return now >= startedAt + ABSOLUTE_END_MS || now >= seenAt + IDLE_END_MS || this.#ended.has(id);
  }

  /** The session as it goes on; null when its cookie is fresh enough. */
  renewed(session: Session, now: number): Session | null {
    return now - session.seenAt < RENEWED_AFTER_MS ? null : { ...session, seenAt: now };
  }

  /** Signs out: this very session is not one any more. */
  end({ id, startedAt }: Session, now: number): void {
    for (const [ended, until] of this.#ended) if (until <= now) this.#ended.delete(ended);
    this.#ended.set(id, startedAt + ABSOLUTE_END_MS);
  }

  /** The token that a form carries, for the session or the browser with this id. */
  formToken(id: string): string {
    return this.#sign('form', id);
  }

  /** Whether a form was ours, made for this id. */
  isFormToken(id: string, token: unknown): boolean {
    return typeof token === 'string' && isSame(token, this.formToken(id));
  }
}
