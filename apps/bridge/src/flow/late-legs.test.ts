import { makeOutcome } from '@outdial/telephony';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { calleeLeg } from '../../test/fixtures.ts';
import { openWorld, type World } from '../../test/world.ts';
import { roomName } from '../domain/call.ts';
import { sweepLateLegs } from './clear-rooms.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());
beforeEach(() => world.reset());

const busy = makeOutcome('busy');
const late = calleeLeg('late-call');

/** A call that ended so many seconds ago after two dispatches; its rooms were deleted. */
const over = async (seconds: number): Promise<string> => {
  const id = await world.dispatched();
  await world.age(id, 'next_dispatch_at', 1);
  await world.dispatchAll();
  await world.end(id, busy);
  await world.age(id, 'ended_at', seconds);
  await world.calls.saveRoomsCleared(id);
  world.livekit.deleted.length = 0;
  return id;
};
const turnsUp = (id: string, dispatch: number, legs = [late]) =>
  world.livekit.rooms.set(roomName(id, dispatch), { agent: false, legs });

test.each([1, 2])('a leg in the room of dispatch %d is removed and told; what is final stays', async (n) => {
  const id = await over(30);
  const before = await world.found(id);
  turnsUp(id, n);
  await sweepLateLegs(world.deps());
  expect(world.livekit.deleted).toEqual([roomName(id, n)]);
  expect(await world.found(id)).toEqual({ ...before, lateLeg: true, legs: [late] });
  expect((await world.events(id)).at(-1)).toBe('call.late_leg');
});

test('it is told once, and removed as often as it comes', async () => {
  const id = await over(30);
  for (const _ of [1, 2]) {
    turnsUp(id, 1);
    await sweepLateLegs(world.deps());
  }
  expect(world.livekit.deleted).toHaveLength(2);
  expect((await world.events(id)).filter((type) => type === 'call.late_leg')).toHaveLength(1);
});

test('a room without a leg is deleted, and the record says nothing', async () => {
  const id = await over(30);
  turnsUp(id, 1, []);
  await sweepLateLegs(world.deps());
  expect(world.livekit.deleted).toEqual([roomName(id, 1)]);
  expect((await world.found(id)).lateLeg).toBe(false);
});

test.each([
  ['the agent may still be hanging up', 3],
  ['two minutes are over', 121],
])('nothing is looked at while %s', async (_name, seconds) => {
  turnsUp(await over(seconds), 1);
  await sweepLateLegs(world.deps());
  expect(world.livekit.deleted).toEqual([]);
});

test('the room of a call that goes on is left alone', async () => {
  const id = await world.granted();
  turnsUp(id, 1);
  await sweepLateLegs(world.deps());
  expect(world.livekit.deleted).toEqual([]);
});

test('a room that LiveKit cannot look into waits for the next sweep', async () => {
  const id = await over(30);
  turnsUp(id, 1);
  const { lookInto } = world.livekit;
  world.livekit.lookInto = async () => 'unreachable';
  await sweepLateLegs(world.deps());
  expect(world.livekit.deleted).toEqual([]);
  world.livekit.lookInto = lookInto;
  await sweepLateLegs(world.deps());
  expect((await world.found(id)).lateLeg).toBe(true);
});
