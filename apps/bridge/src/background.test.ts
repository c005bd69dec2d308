import { tmpdir } from 'node:os';
import { createLogger } from '@outdial/runtime';
import { makeOutcome } from '@outdial/telephony';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeSender, type Receiver, startReceiver } from '../test/callback-receiver.ts';
import { settings } from '../test/fixtures.ts';
import { NO_LIMITS, openWorld, type World } from '../test/world.ts';
import { createRecordingStore } from './adapters/recordings/recording-store.ts';
import { type Background, type BackgroundDeps, startBackground } from './background.ts';
import { roomName } from './domain/call.ts';
import { cancelCall } from './flow/cancel-call.ts';

const log = createLogger({ name: 'test', level: 'info', logPii: false }, { write: () => {} });
// What comes with the next round comes within a second; a busy machine may take its time.
const WAIT = { timeout: 20_000 };
const sender = makeSender();

let world: World;
let background: Background | null;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await sender.close(0);
  await world?.close();
});
beforeEach(async () => {
  await world.reset();
  background = null;
});
afterEach(() => background?.stop());

const start = (change: Partial<BackgroundDeps> = {}): Background => {
  background = startBackground({
    calls: world.calls,
    livekit: world.livekit,
    settings: settings(),
    limits: NO_LIMITS,
    trunk: 'default',
    send: sender.send,
    recordings: createRecordingStore(tmpdir()),
    retentionDays: 90,
    log,
    ...change,
  });
  return background;
};

test('a LiveKit that never answers holds up neither expiry nor callbacks', async () => {
  const receiver: Receiver = await startReceiver();
  const ended = await world.dispatched();
  await cancelCall(world, ended);
  const [asked, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  world.livekit.deleteRoom = async () => {
    asked.resolve();
    await answer.promise;
  };
  start();
  await asked.promise;
  const late = await world.place(
    { notAfter: new Date(Date.now() - 1_000) },
    { url: receiver.urlAt('127.0.0.1'), events: ['call.ended'] },
  );
  await expect.poll(async () => (await world.found(late.id)).outcome?.end_reason, WAIT).toBe('expired');
  await expect.poll(() => receiver.received.length, WAIT).toBe(1);
  answer.resolve();
  receiver.close();
});

test('a call starts as soon as it is woken, and the end comes in order', async () => {
  const bridge = start();
  const sent = Promise.withResolvers<string>();
  const { dispatch } = world.livekit;
  world.livekit.dispatch = async (room, metadata) => {
    sent.resolve(room);
    return dispatch(room, metadata);
  };
  const { id } = await world.place();
  bridge.wake();
  expect(await sent.promise).toBe(roomName(id, 1));
  await bridge.stop();
  expect(await world.found(id)).toMatchObject({ status: 'dispatched', dispatchId: 'AD_1' });
});

test('the pace starts the next call when it is due', async () => {
  const ids = new Set([(await world.place()).id, (await world.place()).id, (await world.place()).id]);
  start({ limits: { maxConcurrentCalls: 9, callsPerSecond: 5 } });
  await expect.poll(() => world.livekit.dispatched.length, WAIT).toBe(3);
  const starts = (await Promise.all([...ids].map((id) => world.found(id))))
    .map(({ dispatchedAt }) => dispatchedAt?.getTime() ?? 0)
    .sort((a, b) => a - b);
  const gaps = starts.slice(1).map((at, n) => at - (starts[n] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(199);
});

test('an alarm of a call starts it at its time, one of a callback delivers it', async () => {
  const receiver: Receiver = await startReceiver();
  const bridge = start();
  const { id } = await world.place(
    { scheduledFor: new Date(Date.now() + 60_000) },
    { url: receiver.urlAt('127.0.0.1'), events: ['call.ended'] },
  );
  await world.age(id, 'scheduled_for', 1);
  await bridge.onAlarm({ type: 'call', id });
  await expect.poll(async () => (await world.found(id)).status, WAIT).toBe('dispatched');
  await world.end(id, makeOutcome('busy'));
  const [callback] = await world.callbacks(id);
  await bridge.onAlarm({ type: 'callback', id: callback?.id ?? '' });
  await expect.poll(() => receiver.received.length, WAIT).toBe(1);
  await bridge.stop();
  receiver.close();
});

test('after the stop an alarm starts nothing more', async () => {
  const receiver: Receiver = await startReceiver();
  const { id } = await world.place({}, { url: receiver.urlAt('127.0.0.1'), events: ['call.queued'] });
  const [callback] = await world.callbacks(id);
  const sent: string[] = [];
  const bridge = start({
    limits: { ...NO_LIMITS, maxConcurrentCalls: 0 },
    send: async ({ url }) => {
      sent.push(url);
      return { status: 'answered', httpStatus: 200, body: '' };
    },
  });
  await bridge.stop();
  const before = sent.length;
  await world.calls.transaction((tx) =>
    tx.saveCallback(callback?.id ?? '', {
      status: 'pending',
      nextAttemptAt: new Date(0),
      claimedUntil: null,
    }),
  );
  await bridge.onAlarm({ type: 'callback', id: callback?.id ?? '' });
  await bridge.onAlarm({ type: 'call', id });
  await bridge.stop();
  expect(sent).toHaveLength(before);
  expect((await world.found(id)).status).toBe('queued');
  receiver.close();
});
