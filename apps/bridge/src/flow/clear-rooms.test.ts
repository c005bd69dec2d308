import { makeOutcome } from '@outdial/telephony';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { calleeLeg } from '../../test/fixtures.ts';
import { openWorld, type World } from '../../test/world.ts';
import { roomName } from '../domain/call.ts';
import { cancelCall } from './cancel-call.ts';
import { clearRooms } from './clear-rooms.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());
beforeEach(() => world.reset());

const ended = async (): Promise<string> => {
  const id = await world.dispatched();
  await cancelCall(world, id);
  return id;
};

test('rooms of an ended call are deleted, those of losing dispatches too, once', async () => {
  const id = await world.dispatched();
  await world.age(id, 'next_dispatch_at', 1);
  await world.dispatchAll();
  await cancelCall(world, id);
  world.livekit.deleted.length = 0;
  await clearRooms(world.deps());
  await clearRooms(world.deps());
  expect(world.livekit.deleted).toEqual([roomName(id, 1), roomName(id, 2)]);
});

test('they are tried again while LiveKit is away', async () => {
  const id = await ended();
  world.livekit.away = true;
  await clearRooms(world.deps());
  world.livekit.away = false;
  await clearRooms(world.deps());
  expect(world.livekit.deleted).toEqual([roomName(id, 1)]);
});

test('they are left to the agent for a moment when it ended the call', async () => {
  const { id } = await world.place();
  await world.end(id, makeOutcome('busy'));
  await clearRooms(world.deps());
  expect(world.livekit.deleted).toEqual([]);
  await world.age(id, 'ended_at', 7);
  await clearRooms(world.deps());
  expect(world.livekit.deleted).toEqual([roomName(id, 1)]);
});

test('one that LiveKit cannot delete keeps no other', async () => {
  const [bad, good] = [await ended(), await ended()];
  const { deleteRoom } = world.livekit;
  world.livekit.deleteRoom = (room) =>
    room === roomName(bad, 1) ? Promise.reject(new Error('500 of this room')) : deleteRoom(room);
  await clearRooms(world.deps());
  expect(world.livekit.deleted).toEqual([roomName(good, 1)]);
});

test('a leg in a room that was not deleted yet is late, and told of', async () => {
  const { id } = await world.place();
  await world.end(id, makeOutcome('busy'));
  await world.age(id, 'ended_at', 7);
  world.livekit.rooms.set(roomName(id, 1), { agent: false, legs: [calleeLeg('late-call')] });
  await clearRooms(world.deps());
  expect(await world.found(id)).toMatchObject({ lateLeg: true, status: 'busy' });
});
