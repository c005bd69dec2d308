import { createLogger } from '@outdial/runtime';
import { expect, test } from 'vitest';
import { startClock } from './clock.ts';
import { createPatience } from './patience.ts';

const log = createLogger({ name: 'test', level: 'info', logPii: false }, { write: () => {} });
const NEVER_MS = 1_000_000;

const latch = () => Promise.withResolvers<void>();

test('a wake during a round makes exactly one more, never two at once', async () => {
  let rounds = 0;
  let atOnce = 0;
  const [first, second] = [latch(), latch()];
  const clock = startClock({
    name: 'test',
    everyMs: NEVER_MS,
    log,
    round: async () => {
      rounds += 1;
      atOnce += 1;
      expect(atOnce).toBe(1);
      if (rounds === 1) await first.promise;
      else second.resolve();
      atOnce -= 1;
    },
  });
  clock.wake();
  clock.wake();
  first.resolve();
  await second.promise;
  await clock.stop();
  expect(rounds).toBe(2);
});

test('a round that fails is told and the next one comes', async () => {
  const failures: unknown[] = [];
  const healed = latch();
  let rounds = 0;
  const clock = startClock({
    name: 'test',
    everyMs: 1,
    log,
    onFailure: (error) => failures.push(error),
    round: async () => {
      rounds += 1;
      if (rounds === 1) throw new Error('first');
      healed.resolve();
    },
  });
  await healed.promise;
  await clock.stop();
  expect(failures).toEqual([new Error('first')]);
});

test('stop waits for the round under way and starts no other', async () => {
  const [entered, leave] = [latch(), latch()];
  let rounds = 0;
  const clock = startClock({
    name: 'test',
    everyMs: NEVER_MS,
    log,
    round: async () => {
      rounds += 1;
      entered.resolve();
      await leave.promise;
    },
  });
  await entered.promise;
  const stopped = clock.stop();
  clock.wake();
  leave.resolve();
  await stopped;
  clock.wake();
  expect(rounds).toBe(1);
});

test('only a late beat is a stall: whoever asks rarely or too early learns nothing false', () => {
  let now = 0;
  const patience = createPatience(15_000, () => now);
  for (now = 0; now <= 20_000; now += 1_000) patience.beat();
  expect(patience.isOver()).toBe(true);
  // The process was stopped, and somebody asks before the first beat.
  now += 20_000;
  expect(patience.isOver()).toBe(false);
  patience.beat();
  expect(patience.isOver()).toBe(false);
});

test('a silence means something only after 15 s in which the bridge could hear', () => {
  let now = 0;
  const patience = createPatience(15_000, () => now);
  const at = (ms: number) => {
    now = ms;
    patience.beat();
    return patience.isOver();
  };
  const seconds = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => at((from + index) * 1_000));
  expect(seconds(1, 14)).not.toContain(true);
  expect(at(15_000)).toBe(true);
  patience.restart();
  expect(seconds(16, 29)).not.toContain(true);
  expect(at(30_000)).toBe(true);
  // The process was stopped for twenty seconds: nobody's report could be taken.
  expect(at(50_000)).toBe(false);
  expect(seconds(51, 64)).not.toContain(true);
  expect(at(65_000)).toBe(true);
});
