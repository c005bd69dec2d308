import { expect, test } from 'vitest';
import { testLog } from '../../test/log.ts';
import { createCallEnd } from '../call-end.ts';
import { createDeparture } from './departure.ts';
import { describeFailure } from './failure.ts';
import { lastWords } from './last-words.ts';

const LOST = describeFailure('The voice', 'api.cartesia.ai', 'no sound within 2000 ms');

const leave = async (options: {
  targets?: string[];
  transfer?: 'done' | 'failed';
  /** A transfer that is under way when the voice is lost, and what became of it. */
  running?: 'bridged' | 'failed';
  handOver?: boolean;
  play?: () => Promise<void>;
}) => {
  const end = createCallEnd();
  const seen = { played: [] as number[], transfers: [] as string[], settled: false, acts: [] as string[] };
  const departure = createDeparture({
    play: async (frames) => {
      seen.played.push(frames.length);
      seen.acts.push('play');
      await options.play?.();
    },
    transfers: {
      targets: (options.targets ?? []).map((name) => ({ name, description: null, uri: 'tel:+61255500100' })),
      settled: async () => {
        if (options.running !== undefined) seen.settled = true;
      },
      bridged: () => seen.settled && options.running === 'bridged',
      result: () =>
        options.running === undefined
          ? null
          : { target: 'tel:+61255500100', mode: 'bridge', result: 'failed' },
      transfer: async (name) => {
        seen.transfers.push(name);
        seen.acts.push('transfer');
        return options.transfer === 'done' ? { status: 'done' } : { status: 'failed', tell: 'refused' };
      },
    },
    pause: () => seen.acts.push('pause'),
    guard: {
      during: async (work) => {
        seen.acts.push('guard');
        const done = await work();
        seen.acts.push('free');
        return done;
      },
    },
    end,
    log: testLog().log,
  });
  const leaving = departure.begin(LOST, { handOver: options.handOver ?? true });
  return { end, seen, leaving, departure };
};

test('without a target: the recorded sentence, then the end with its cause', async () => {
  const { end, seen, leaving } = await leave({});
  await leaving;
  expect(seen).toMatchObject({ played: [lastWords('end').length], transfers: [] });
  expect(end.current()).toEqual({ reason: 'provider_error', hungUpBy: 'agent', message: LOST.message });
});

test('with targets: the first one takes over, and the transfer decides the end', async () => {
  const { end, seen, leaving } = await leave({ targets: ['accounts', 'sales'], transfer: 'done' });
  await leaving;
  expect(seen).toMatchObject({ played: [lastWords('transfer').length], transfers: ['accounts'] });
  expect(end.current()).toBeNull();
});

test('from its begin the agent hears nothing, and its model cannot end the call', async () => {
  const { seen, leaving } = await leave({ targets: ['accounts'], transfer: 'done' });
  await leaving;
  expect(seen.acts).toEqual(['pause', 'guard', 'play', 'transfer', 'free']);
});

test('a transfer that fails ends the call all the same', async () => {
  const { end, leaving } = await leave({ targets: ['accounts'], transfer: 'failed' });
  await leaving;
  expect(end.current()).toMatchObject({ reason: 'provider_error' });
});

test('a transfer that is under way is waited for: two who talk with each other are left alone', async () => {
  const { end, seen, leaving } = await leave({ targets: ['accounts'], running: 'bridged' });
  await leaving;
  expect(seen.transfers).toEqual([]);
  expect(end.current()).toBeNull();
});

test('a transfer that failed is not tried a second time', async () => {
  const { end, seen, leaving } = await leave({ targets: ['accounts'], running: 'failed' });
  await leaving;
  expect(seen.transfers).toEqual([]);
  expect(end.current()).toMatchObject({ reason: 'provider_error' });
});

test('a callee who hangs up while it is played is not transferred', async () => {
  const { end, seen, leaving } = await leave({
    targets: ['accounts'],
    play: () => new Promise<void>(() => {}),
  });
  end.decide({ reason: 'callee_hangup', hungUpBy: 'callee' });
  await leaving;
  expect(seen.transfers).toEqual([]);
  expect(end.current()).toMatchObject({ reason: 'callee_hangup' });
});

test('even a sentence that cannot be played ends the call', async () => {
  const { end, leaving } = await leave({ play: () => Promise.reject(new Error('closed')) });
  await leaving;
  expect(end.current()).toMatchObject({ reason: 'provider_error' });
});

test('a session that is closed hands nobody over: the sentence says that it is the end', async () => {
  const { end, seen, leaving } = await leave({ targets: ['accounts'], handOver: false });
  await leaving;
  expect(seen).toMatchObject({ played: [lastWords('end').length], transfers: [] });
  expect(end.current()).toMatchObject({ reason: 'provider_error' });
});

test('what fails after the first failure does not cut the sentence, and its cause stays the first one', async () => {
  const played = Promise.withResolvers<void>();
  const { end, leaving, departure } = await leave({ play: () => played.promise });
  await departure.begin({ host: 'x', reason: 'y', message: 'another' }, { handOver: false });
  expect(end.current()).toBeNull();
  played.resolve();
  await leaving;
  expect(end.current()).toMatchObject({ message: LOST.message });
});
