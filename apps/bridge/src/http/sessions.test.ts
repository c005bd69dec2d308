import { beforeEach, describe, expect, test } from 'vitest';
import { type ApiKey, parseApiKeys } from '../domain/api-keys.ts';
import { ABSOLUTE_END_MS, IDLE_END_MS, type Session, Sessions } from './sessions.ts';

const SECRET = 'agent-secret-0123456789-0123456789-01234567';
const MINUTE = 60_000;
const T = Date.UTC(2026, 2, 2);

const keysOf = (text: string): readonly ApiKey[] => {
  const parsed = parseApiKeys(text);
  if (parsed.status !== 'ok') throw new Error(parsed.problems.join());
  return parsed.keys;
};
const keys = keysOf(`ops:${'o'.repeat(32)},n8n:${'n'.repeat(32)}`);
const [ops, n8n] = keys as [ApiKey, ApiKey];

let sessions: Sessions;
let session: Session;
let cookie: string;
beforeEach(() => {
  sessions = new Sessions(SECRET, keys);
  session = sessions.start(ops, T);
  cookie = sessions.write(session);
});

test('a session is read back, also by another bridge with the same keys and secret', () => {
  expect(sessions.read(cookie, T)).toEqual(session);
  expect(new Sessions(SECRET, keys).read(cookie, T)).toEqual(session);
  expect(cookie).not.toContain('o'.repeat(8));
});

test('no two sessions are the same', () => {
  expect(sessions.write(sessions.start(ops, T))).not.toBe(cookie);
});

describe('it is none', () => {
  test('when its key is gone, or has another secret', () => {
    for (const text of [`n8n:${'n'.repeat(32)}`, `ops:${'x'.repeat(32)}`]) {
      expect(new Sessions(SECRET, keysOf(text)).read(cookie, T)).toBeNull();
    }
  });

  test('for a bridge with another secret', () => {
    expect(new Sessions(SECRET.replace('agent', 'other'), keys).read(cookie, T)).toBeNull();
  });

  test('when anything in it was changed', () => {
    for (let at = 0; at < cookie.length; at += 1) {
      const other = cookie[at] === 'A' ? 'B' : 'A';
      expect(sessions.read(cookie.slice(0, at) + other + cookie.slice(at + 1), T), `place ${at}`).toBeNull();
    }
    const moved = cookie.replace('ops', 'n8n').replace(String(T), String(T + MINUTE));
    for (const value of ['', 'x', `${cookie} `, cookie.slice(1), moved, cookie.replace('ops', 'n8n')]) {
      expect(sessions.read(value, T)).toBeNull();
    }
    expect(sessions.read(undefined, T)).toBeNull();
  });

  test('when its last base64 character says the same bytes in another way', () => {
    const last = cookie.at(-1) ?? '';
    for (const other of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.replace(
      last,
      '',
    )) {
      expect(sessions.read(cookie.slice(0, -1) + other, T)).toBeNull();
    }
  });

  test('when nothing was asked in it for too long', () => {
    expect(sessions.read(cookie, T + IDLE_END_MS - 1)).not.toBeNull();
    expect(sessions.read(cookie, T + IDLE_END_MS)).toBeNull();
  });

  test('when it is too old, however often it was used', () => {
    const used = sessions.renewed(session, T + ABSOLUTE_END_MS - MINUTE);
    if (used === null) throw new Error('it was not renewed');
    expect(sessions.read(sessions.write(used), T + ABSOLUTE_END_MS - 1)).not.toBeNull();
    expect(sessions.read(sessions.write(used), T + ABSOLUTE_END_MS)).toBeNull();
  });

  test('when it comes from the future', () => {
    expect(sessions.read(cookie, T - 2 * MINUTE)).toBeNull();
  });

  test('after the sign-out, and the others stay', () => {
    const other = sessions.write(sessions.start(ops, T));
    sessions.end(session, T);
    expect(sessions.read(cookie, T)).toBeNull();
    expect(sessions.read(sessions.write({ ...session, seenAt: T + MINUTE }), T + MINUTE)).toBeNull();
    expect(sessions.read(other, T)).not.toBeNull();
  });
});

test('the cookie is written anew once a minute at most', () => {
  expect(sessions.renewed(session, T + MINUTE - 1)).toBeNull();
  expect(sessions.renewed(session, T + MINUTE)).toEqual({ ...session, seenAt: T + MINUTE });
});

test('the token of a form is good for one session only', () => {
  const token = sessions.formToken(session.id);
  expect(sessions.isFormToken(session.id, token)).toBe(true);
  expect(sessions.isFormToken(sessions.start(n8n, T).id, token)).toBe(false);
  for (const wrong of [
    undefined,
    '',
    'x',
    [token],
    `${token}x`,
    token.slice(1),
    session.id,
    'é'.repeat(token.length),
  ]) {
    expect(sessions.isFormToken(session.id, wrong)).toBe(false);
  }
});
