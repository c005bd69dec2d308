import { LEASE_MS } from '@outdial/telephony';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { calleeLeg } from '../../test/fixtures.ts';
import { openWorld, type World } from '../../test/world.ts';
import { roomName } from '../domain/call.ts';
import { closeCallsWithoutAgent, closeLostCalls, expireCalls } from './close-lost-calls.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());
beforeEach(() => world.reset());

describe('calls that cannot start', () => {
  test('expire at not_after, queued or dispatched', async () => {
    const queued = await world.place({ notAfter: new Date(Date.now() - 1_000) });
    const id = await world.dispatched();
    await world.age(id, 'not_after', 1);
    await expireCalls(world.deps());
    for (const call of [await world.found(queued.id), await world.found(id)]) {
      expect(call).toMatchObject({ status: 'canceled', outcome: { end_reason: 'expired', blame: 'caller' } });
    }
    expect(world.wakes).toBe(2);
  });

  test('end when no agent takes any call for a minute', async () => {
    const id = await world.dispatched();
    await world.age(id, 'dispatched_at', 61);
    await closeCallsWithoutAgent(world.deps());
    expect(await world.found(id)).toMatchObject({
      status: 'failed',
      outcome: {
        end_reason: 'agent_unavailable',
        retry: 'later',
        message: expect.stringContaining('AGENT_NAME'),
      },
    });
    expect(await world.ask(id)).toEqual({ granted: false, reason: 'final' });
  });

  test('wait while another call is taken', async () => {
    const other = await world.granted();
    const id = await world.dispatched();
    await world.age(id, 'dispatched_at', 61);
    await closeCallsWithoutAgent(world.deps());
    expect((await world.found(id)).status).toBe('dispatched');
    await world.age(other, 'dialing_at', 61);
    await closeCallsWithoutAgent(world.deps());
    expect((await world.found(id)).status).toBe('failed');
  });

  test('say so when it was LiveKit that was away', async () => {
    world.livekit.away = true;
    const id = await world.dispatched();
    await world.age(id, 'dispatched_at', 61);
    await closeCallsWithoutAgent(world.deps());
    expect((await world.found(id)).outcome?.message).toContain('LIVEKIT_URL');
  });
});

describe('an agent that fell silent', () => {
  const silent = async (seconds: number) => {
    const id = await world.granted();
    await world.age(id, 'last_alive_at', seconds);
    await world.age(id, 'grant_expires_at', seconds);
    return id;
  };
  const inRoom = (id: string, agent: boolean) =>
    world.livekit.rooms.set(roomName(id, 1), { agent, legs: [calleeLeg('wire-id')] });

  test('is left alone while LiveKit cannot be asked', async () => {
    const id = await silent(600);
    world.livekit.away = true;
    await closeLostCalls(world.deps());
    expect((await world.found(id)).status).toBe('dialing');
  });

  test('is left alone while its lease runs', async () => {
    const id = await silent(LEASE_MS / 1_000 - 2);
    await closeLostCalls(world.deps());
    expect((await world.found(id)).status).toBe('dialing');
  });

  test('is left alone while it may still dial, whatever its lease says', async () => {
    const id = await silent(60);
    await world.age(id, 'grant_expires_at', -2);
    await closeLostCalls(world.deps());
    expect((await world.found(id)).status).toBe('dialing');
  });

  test('is waited for while it is in the room, for half a minute', async () => {
    const id = await silent(20);
    inRoom(id, true);
    await closeLostCalls(world.deps());
    expect((await world.found(id)).status).toBe('dialing');
    await world.age(id, 'last_alive_at', 39);
    await closeLostCalls(world.deps());
    expect((await world.found(id)).outcome?.end_reason).toBe('agent_lost');
  });

  test('leaves a leg that is removed: agent_lost, and the record has the leg', async () => {
    const id = await silent(10);
    inRoom(id, false);
    await closeLostCalls(world.deps());
    expect(world.livekit.deleted).toEqual([roomName(id, 1)]);
    expect(await world.found(id)).toMatchObject({
      status: 'failed',
      legs: [calleeLeg('wire-id')],
      outcome: { end_reason: 'agent_lost', blame: 'platform', sip: { call_id: 'wire-id' } },
    });
    expect(world.wakes).toBe(1);
  });

  test('leaves nothing, but a leg was reported: agent_lost', async () => {
    const id = await world.granted();
    await world.say(id, { type: 'leg', leg: calleeLeg() });
    await world.age(id, 'last_alive_at', 10);
    await world.age(id, 'grant_expires_at', 10);
    await closeLostCalls(world.deps());
    expect((await world.found(id)).outcome).toMatchObject({
      end_reason: 'agent_lost',
      sip: { call_id: 'abc' },
    });
  });

  test('leaves nothing and no leg was ever seen: unknown, after half a minute', async () => {
    const id = await silent(10);
    await closeLostCalls(world.deps());
    expect((await world.found(id)).status).toBe('dialing');
    await world.age(id, 'last_alive_at', 39);
    await closeLostCalls(world.deps());
    expect(await world.found(id)).toMatchObject({
      status: 'unknown',
      outcome: { end_reason: 'outcome_unknown', retry: 'no' },
    });
  });

  test('and speaks while LiveKit is asked is not lost', async () => {
    const id = await silent(10);
    const { lookInto } = world.livekit;
    world.livekit.lookInto = async (room) => {
      await world.say(id, { type: 'alive' });
      return lookInto(room);
    };
    await closeLostCalls(world.deps());
    expect((await world.found(id)).status).toBe('dialing');
  });

  describe('in a room that LiveKit cannot', () => {
    const two = async () => [await silent(60), await silent(50)] as const;

    test('clean up keeps no other lost call from its end', async () => {
      const [bad, good] = await two();
      inRoom(bad, false);
      inRoom(good, false);
      const { deleteRoom } = world.livekit;
      world.livekit.deleteRoom = (room) =>
        room === roomName(bad, 1) ? Promise.reject(new Error('500 of this room')) : deleteRoom(room);
      await closeLostCalls(world.deps());
      expect([(await world.found(bad)).status, (await world.found(good)).status]).toEqual([
        'failed',
        'failed',
      ]);
    });

    test('look into, neither', async () => {
      const [bad, good] = await two();
      const { lookInto } = world.livekit;
      world.livekit.lookInto = async (room) => (room === roomName(bad, 1) ? 'unreachable' : lookInto(room));
      await closeLostCalls(world.deps());
      expect([(await world.found(bad)).status, (await world.found(good)).status]).toEqual([
        'dialing',
        'unknown',
      ]);
    });
  });
});
