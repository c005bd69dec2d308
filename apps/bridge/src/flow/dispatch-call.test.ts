import { decodeMetadata } from '@outdial/telephony';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { settings, TOKEN } from '../../test/fixtures.ts';
import { startPostgres } from '../../test/postgres.ts';
import { NO_LIMITS, openWorld, type World } from '../../test/world.ts';
import { parseRoomName, roomName } from '../domain/call.ts';
import { MAX_WAITING_FOR_GRANT } from '../domain/claim-place.ts';
import { LiveKitRejected } from '../ports.ts';
import { cancelCall } from './cancel-call.ts';
import { grantCall } from './grant-call.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());
beforeEach(() => world.reset());

const started = (): string[] => world.livekit.dispatched.map(({ metadata }) => JSON.parse(metadata).call_id);
const limited = (maxConcurrentCalls: number) => ({ limits: { ...NO_LIMITS, maxConcurrentCalls } });
const inSeconds = (seconds: number): Date => new Date(Date.now() + seconds * 1_000);

describe('dispatching', () => {
  test('tells LiveKit the room and exactly the five fields, the call and the dispatch', async () => {
    const id = await world.dispatched({ transferTarget: 'sip:100@sip.example.com' });
    const [sent] = world.livekit.dispatched;
    expect(sent?.room).toBe(roomName(id, 1));
    expect(JSON.parse(sent?.metadata ?? '')).toEqual({
      destination: '61491570156',
      account_code: 'em-tech-01',
      transfer_target: 'sip:100@sip.example.com',
      caller_id: 'LiveKitNehosHosted',
      caller_name: 'LiveKit Nehos Hosted',
      call_id: id,
      dispatch: 1,
    });
    expect(decodeMetadata(sent?.metadata ?? '')).toMatchObject({ status: 'ok', unknownFields: {} });
    expect(await world.found(id)).toMatchObject({ status: 'dispatched', dispatchId: 'AD_1' });
  });

  test('says numbers as the seed does', async () => {
    await world.dispatched({ transferTarget: 'tel:+61255500100', accountCode: null, callerName: null });
    const [sent] = world.livekit.dispatched;
    expect(JSON.parse(sent?.metadata ?? '')).toMatchObject({ transfer_target: '61255500100' });
    expect(sent?.metadata).not.toContain('account_code');
  });

  test('the row knows its room before LiveKit does', async () => {
    const seen: (string | null)[] = [];
    const { id } = await world.place();
    const { dispatch } = world.livekit;
    world.livekit.dispatch = async (room, metadata) => {
      seen.push((await world.found(id)).room);
      return dispatch(room, metadata);
    };
    await world.dispatchAll();
    expect(seen).toEqual([roomName(id, 1)]);
  });

  test('a LiveKit that is away delays the call, and each try has its own room', async () => {
    world.livekit.away = true;
    const id = await world.dispatched();
    expect(await world.found(id)).toMatchObject({ status: 'dispatched', dispatchId: null });
    world.livekit.away = false;
    await world.age(id, 'next_dispatch_at', 1);
    await world.dispatchAll();
    expect(world.livekit.dispatched.map(({ room }) => room)).toEqual([roomName(id, 2)]);
    // A job of the first room that is only late may still come.
    expect(world.livekit.deleted).toEqual([]);
    expect(await world.found(id)).toMatchObject({ dispatchNumber: 2, dispatchId: 'AD_1' });
  });

  test('an id that LiveKit gives late does not become that of a newer dispatch', async () => {
    const id = await world.dispatched();
    await world.age(id, 'next_dispatch_at', 1);
    await world.dispatchAll();
    await world.calls.saveDispatchId(id, 1, 'AD_late');
    expect((await world.found(id)).dispatchId).toBe('AD_2');
  });

  test('a LiveKit that refuses our key ends the call with what to mend', async () => {
    world.livekit.dispatch = () => Promise.reject(new LiveKitRejected('invalid token'));
    const id = await world.dispatched();
    expect((await world.found(id)).outcome).toMatchObject({
      end_reason: 'livekit_rejected',
      blame: 'operator',
    });
  });

  test('nothing is dispatched again after a grant', async () => {
    const id = await world.granted();
    await world.age(id, 'next_dispatch_at', 100);
    await world.dispatchAll();
    expect(world.livekit.dispatched).toHaveLength(1);
  });
});

describe('the checks of the door, once more', () => {
  const stricter = {
    settings: settings({ policy: { ...settings().policy, allowedCountries: ['NZ'] } }),
  };

  test('end a queued call that is no longer allowed, and LiveKit never hears of it', async () => {
    const { id } = await world.place();
    await world.dispatchAll(stricter);
    expect(await world.found(id)).toMatchObject({
      status: 'canceled',
      dispatchNumber: 0,
      outcome: { end_reason: 'blocked', message: expect.stringContaining('AU') },
    });
    expect(world.livekit.dispatched).toEqual([]);
    expect(await world.events(id)).toEqual(['call.queued', 'call.ended']);
  });

  test('end a dispatched one before it is dispatched again', async () => {
    const id = await world.dispatched();
    await world.age(id, 'next_dispatch_at', 1);
    await world.dispatchAll(stricter);
    expect((await world.found(id)).outcome?.end_reason).toBe('blocked');
    expect(world.livekit.dispatched).toHaveLength(1);
  });

  test('hold up nobody else', async () => {
    const hosts = { settings: settings({ transferHosts: [] }) };
    const refused = await world.place({ transferTarget: 'sip:100@sip.example.com' });
    const allowed = await world.place();
    await world.age(refused.id, 'created_at', 10);
    await world.dispatchAll(hosts);
    expect((await world.found(refused.id)).outcome?.end_reason).toBe('blocked');
    expect(started()).toEqual([allowed.id]);
  });
});

describe('first in, first out', () => {
  test('by the time at which a call may start: its schedule, else its acceptance', async () => {
    const accepted = await world.place();
    const scheduled = await world.place({ scheduledFor: inSeconds(600) });
    const oldest = await world.place();
    const later = await world.place({ scheduledFor: inSeconds(600) });
    await world.age(accepted.id, 'created_at', 20);
    await world.age(scheduled.id, 'scheduled_for', 30);
    await world.age(oldest.id, 'created_at', 40);
    await world.dispatchAll();
    expect(started()).toEqual([oldest.id, scheduled.id, accepted.id]);
    expect((await world.found(later.id)).status).toBe('queued');
  });

  test('what is too late is left to its end', async () => {
    const { id } = await world.place({ notAfter: inSeconds(-60) });
    await world.dispatchAll();
    expect((await world.found(id)).status).toBe('queued');
  });

  test('places that become free are taken by those who wait', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 6; n += 1) {
      const { id } = await world.place();
      await world.age(id, 'created_at', 10 - n);
      ids.push(id);
    }
    expect(await world.dispatchAll(limited(2))).toBeNull();
    expect(started()).toEqual(ids.slice(0, 2));
    await cancelCall(world, ids[0] ?? '');
    await world.dispatchAll(limited(2));
    expect(started()).toEqual(ids.slice(0, 3));
  });
});

test('so many calls wait for a grant at once, and the next starts when one has it', async () => {
  for (let n = 0; n < MAX_WAITING_FOR_GRANT + 1; n += 1) await world.place();
  await world.dispatchAll();
  const [first] = started();
  expect(started()).toHaveLength(MAX_WAITING_FOR_GRANT);
  await grantCall(world.deps(), first ?? '', { token: TOKEN, dispatch: 1, job_id: 'AJ_1' });
  await world.dispatchAll();
  expect(started()).toHaveLength(MAX_WAITING_FOR_GRANT + 1);
});

describe('the pace', () => {
  const SLOW = { limits: { maxConcurrentCalls: 9, callsPerSecond: 0.01 } };

  test('is kept, and the wait is told', async () => {
    const first = await world.place();
    const second = await world.place();
    const waitMs = await world.dispatchAll(SLOW);
    expect(started()).toEqual([first.id]);
    expect(waitMs).toBeGreaterThan(60_000);
    expect(waitMs).toBeLessThanOrEqual(100_000);
    await world.age(first.id, 'last_dispatch_at', 101);
    expect(await world.dispatchAll(SLOW)).toBeNull();
    expect(started()).toEqual([first.id, second.id]);
  });

  test('counts calls that are over, too', async () => {
    const first = await world.dispatched();
    await cancelCall(world, first);
    await world.place();
    expect(await world.dispatchAll(SLOW)).toBeGreaterThan(0);
    expect(started()).toEqual([first]);
  });
});

describe('each trunk', () => {
  test('has its own places and its own pace, and its calls are left to its own bridges', async () => {
    const other = await world.place({ trunk: 'ST_other' });
    const OWN = { limits: { maxConcurrentCalls: 1, callsPerSecond: 0.01 } };
    await world.dispatchAll(OWN);
    expect(started()).toEqual([]);
    await world.dispatchAll({ ...OWN, trunk: 'ST_other' });
    expect(started()).toEqual([other.id]);
    const own = await world.place();
    expect(await world.dispatchAll(OWN)).toBeNull();
    expect(started()).toEqual([other.id, own.id]);
  });

  test('dispatches again what is its own', async () => {
    const own = await world.dispatched();
    await world.age(own, 'next_dispatch_at', 1);
    await world.dispatchAll({ trunk: 'ST_other' });
    expect((await world.found(own)).dispatchNumber).toBe(1);
    await world.dispatchAll();
    expect((await world.found(own)).dispatchNumber).toBe(2);
  });
});

test('two bridges on one Postgres never exceed the limits of a trunk, and start each call once', async () => {
  const postgres = await startPostgres();
  const url = await postgres.newDatabase();
  const bridges: World[] = [];
  for (const _ of [1, 2]) bridges.push(await openWorld({ type: 'postgres', url }));
  const [one, two] = bridges as [World, World];
  try {
    const ids = new Set<string>();
    for (let n = 0; n < 12; n += 1) ids.add((await one.place()).id);
    const all = () => bridges.flatMap(({ livekit }) => livekit.dispatched.map(({ room }) => room));
    const race = (limits: { maxConcurrentCalls: number; callsPerSecond: number }) =>
      Promise.all([one, two, one, two].map((bridge) => bridge.dispatchAll({ limits })));

    await race({ ...NO_LIMITS, maxConcurrentCalls: 2 });
    expect(all()).toHaveLength(2);
    // Room for all, but nothing may start within so many seconds of the last.
    await race({ maxConcurrentCalls: 100, callsPerSecond: 0.01 });
    expect(all()).toHaveLength(2);
    while (all().length < ids.size) {
      const before = all().length;
      for (const room of all())
        await grantCall(one.deps(), parseRoomName(room)?.callId ?? '', {
          token: TOKEN,
          dispatch: 1,
          job_id: 'AJ_1',
        });
      await race(NO_LIMITS);
      expect(all().length - before).toBeGreaterThan(0);
      expect(all().length - before).toBeLessThanOrEqual(MAX_WAITING_FOR_GRANT);
    }
    expect(all().sort()).toEqual([...ids].map((id) => roomName(id, 1)).sort());
  } finally {
    for (const bridge of bridges) await bridge.close();
    await postgres.stop();
  }
});
