import { beforeEach, expect, test } from 'vitest';
import { FREE_TRIES, LoginGuard } from './login-guard.ts';

const MINUTE = 60_000;
let now: number;
let guard: LoginGuard;
beforeEach(() => {
  now = 0;
  guard = new LoginGuard(() => now);
});

/** Tries so many different wrong keys. */
const guess = (client: string, count: number, name = 'guess'): void => {
  for (let n = 0; n < count; n += 1) guard.failed(client, `${name}-${n}`);
};

test('a client has some tries, then waits; others do not', () => {
  guess('a', FREE_TRIES);
  expect(guard.waitSeconds('a', null)).toBe(0);
  expect(guard.failed('a', 'one more')).toBe(true);
  expect(guard.waitSeconds('a', null)).toBe(60);
  expect(guard.waitSeconds('a', 'n8n')).toBe(60);
  expect(guard.waitSeconds('b', null)).toBe(0);
  now = MINUTE - 1;
  expect(guard.waitSeconds('a', null)).toBe(1);
  now = MINUTE;
  expect(guard.waitSeconds('a', null)).toBe(0);
});

test('each wait is twice as long as the one before, up to an hour', () => {
  guess('a', FREE_TRIES);
  const waits = Array.from({ length: 9 }, (_, n) => {
    guard.failed('a', `later-${n}`);
    const seconds = guard.waitSeconds('a', null);
    now += seconds * 1000;
    return seconds / 60;
  });
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

test('it never stops counting, however many keys were tried', () => {
  for (let n = 0; n < 200; n += 1) {
    guard.failed('a', `long-${n}`);
    now += guard.waitSeconds('a', null) * 1000;
  }
  expect(guard.failed('a', 'the last one')).toBe(true);
});

test('the same wrong key again is one try', () => {
  for (let n = 0; n < 1_000; n += 1) guard.failed('a', 'the key before the rotation');
  expect(guard.waitSeconds('a', null)).toBe(0);
});

test('a key that a client has used stays good for it, and for no other', () => {
  guard.passed('a', 'n8n');
  guess('a', FREE_TRIES + 1);
  guess('b', FREE_TRIES + 1);
  expect(guard.waitSeconds('a', 'n8n')).toBe(0);
  expect(guard.waitSeconds('a', 'crm')).toBeGreaterThan(0);
  expect(guard.waitSeconds('a', null)).toBeGreaterThan(0);
  expect(guard.waitSeconds('b', 'n8n')).toBeGreaterThan(0);
});

test('tries are forgotten after a day', () => {
  guess('a', FREE_TRIES);
  now = 25 * 60 * MINUTE;
  guess('a', FREE_TRIES, 'another');
  expect(guard.waitSeconds('a', null)).toBe(0);
});

test('many clients do not fill the memory: the oldest is forgotten', () => {
  guess('a', FREE_TRIES + 1);
  for (let n = 0; n < 10_000; n += 1) guard.failed(`client-${n}`, 'x');
  expect(guard.waitSeconds('a', null)).toBe(0);
});
