import { CALL_STATUSES, isFinal, makeOutcome } from '@outdial/telephony';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { calleeLeg } from '../../test/fixtures.ts';
import { openWorld, type World } from '../../test/world.ts';
import { roomName } from '../domain/call.ts';
import { cancelCall, endLegs } from './cancel-call.ts';
import { closeLostCalls } from './close-lost-calls.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());
beforeEach(() => world.reset());

const busy = makeOutcome('busy', { sip: { status: 486, reason: 'Busy Here', call_id: 'x' } });
const rooms = () => world.livekit.deleted;

describe('in every status', () => {
  test.each(['queued', 'dispatched'] as const)('%s: it ends at once, and nobody dials it', async (status) => {
    const { id } = await world.place();
    if (status === 'dispatched') await world.dispatchAll();
    expect(await cancelCall(world, id)).toMatchObject({ status: 'canceling', call: { status: 'canceled' } });
    expect(await world.found(id)).toMatchObject({
      cancelRequestedAt: expect.any(Date),
      outcome: { end_reason: 'canceled_by_api', hung_up_by: 'api', talk_ms: null },
    });
    expect(await world.ask(id)).toEqual({ granted: false, reason: 'canceled' });
    await world.age(id, 'next_dispatch_at', 10);
    await world.dispatchAll();
    expect(world.livekit.dispatched).toHaveLength(status === 'queued' ? 0 : 1);
  });

  test.each([
    ['dialing', [], makeOutcome('no_answer', { sip: { status: 487, reason: null, call_id: null } })],
    ['ringing', ['ringing'], makeOutcome('no_answer')],
    ['in_progress', ['ringing', 'answered'], makeOutcome('media_timeout', { talk_ms: 5 })],
  ] as const)('%s: it is noted, and the agent tells the end', async (status, said, outcome) => {
    const id = await world.granted();
    for (const type of said) await world.say(id, { type });
    const first = await cancelCall(world, id);
    expect(first).toMatchObject({ status: 'canceling', call: { status, outcome: null } });
    const again = await cancelCall(world, id);
    expect(again).toEqual(first);
    expect(await world.say(id, { type: 'alive' })).toMatchObject({ cancel: true });
    // A second look of the same job, whose first answer was lost, gets no grant any more.
    expect(await world.ask(id)).toEqual({ granted: false, reason: 'canceled' });
    await world.say(id, { type: 'ended', outcome });
    expect(await world.found(id)).toMatchObject({
      status: status === 'in_progress' ? 'completed' : 'canceled',
      outcome: { end_reason: 'canceled_by_api', hung_up_by: 'api' },
    });
    const events = await world.events(id);
    expect(events.slice(-2)).toEqual(['call.cancel_requested', 'call.ended']);
  });

  test.each(CALL_STATUSES.filter(isFinal))('%s: it has ended already', async (status) => {
    const { id } = await world.place();
    await world.calls.transaction((tx) =>
      tx.save(id, { status, outcome: { ...busy, status }, endedAt: new Date() }),
    );
    const before = await world.found(id);
    expect(await cancelCall(world, id)).toEqual({ status: 'ended', call: before, next: null });
    expect(await world.found(id)).toEqual(before);
  });

  test('no such call', async () => {
    expect(await cancelCall(world, 'call_none')).toEqual({ status: 'not_found' });
  });
});

test('an end that was there first stays', async () => {
  const id = await world.granted();
  await cancelCall(world, id);
  await world.say(id, { type: 'ended', outcome: busy });
  expect((await world.found(id)).outcome).toMatchObject({ status: 'busy', end_reason: 'busy' });
});

test('a canceled call is not tried again', async () => {
  const id = await world.granted({ maxAttempts: 3 });
  await cancelCall(world, id);
  await world.say(id, { type: 'ended', outcome: busy });
  expect(await world.calls.transaction((tx) => tx.findRepetitions(id))).toEqual([]);
});

test('a call between two attempts names the next one, which can be canceled itself', async () => {
  const { id } = await world.place({ maxAttempts: 2 });
  await world.end(id, busy);
  const [next] = await world.calls.transaction((tx) => tx.findRepetitions(id));
  expect(await cancelCall(world, id)).toMatchObject({ status: 'ended', next: { id: next?.id } });
  expect(await cancelCall(world, next?.id ?? '')).toMatchObject({ status: 'canceling' });
  expect(await cancelCall(world, id)).toMatchObject({ status: 'ended', next: null });
});

describe('the leg of a call that is to end', () => {
  test('goes with its room, again and again until the agent has told the end', async () => {
    const id = await world.granted();
    await endLegs(world.deps());
    expect(rooms()).toEqual([]);
    await cancelCall(world, id);
    await endLegs(world.deps());
    await endLegs(world.deps());
    expect(rooms()).toEqual([roomName(id, 1), roomName(id, 1)]);
    await world.say(id, { type: 'ended', outcome: makeOutcome('no_answer') });
    await endLegs(world.deps());
    expect(rooms()).toHaveLength(2);
  });

  test('goes when the call is longer than its maximum and the agent’s reserve', async () => {
    const id = await world.granted({ maxCallSeconds: 10 });
    await world.say(id, { type: 'answered' });
    await world.age(id, 'dialing_at', 60);
    await world.age(id, 'answered_at', 19);
    await endLegs(world.deps());
    expect(rooms()).toEqual([]);
    await world.age(id, 'answered_at', 20);
    await endLegs(world.deps());
    expect(rooms()).toEqual([roomName(id, 1)]);
    await world.say(id, { type: 'ended', outcome: makeOutcome('media_timeout', { talk_ms: 20_000 }) });
    expect((await world.found(id)).outcome).toMatchObject({
      end_reason: 'max_duration',
      hung_up_by: 'platform',
    });
  });

  test('whose agent is lost, too, is canceled', async () => {
    const id = await world.granted();
    await world.say(id, { type: 'leg', leg: calleeLeg() });
    await cancelCall(world, id);
    await world.age(id, 'last_alive_at', 10);
    await world.age(id, 'grant_expires_at', 10);
    await closeLostCalls(world.deps());
    expect((await world.found(id)).outcome).toMatchObject({
      status: 'canceled',
      end_reason: 'canceled_by_api',
    });
  });

  test('in a room that LiveKit cannot delete keeps no other', async () => {
    const [bad, good] = [await world.granted(), await world.granted()];
    for (const id of [bad, good]) await cancelCall(world, id);
    const { deleteRoom } = world.livekit;
    world.livekit.deleteRoom = (room) =>
      room === roomName(bad, 1) ? Promise.reject(new Error('500 of this room')) : deleteRoom(room);
    await endLegs(world.deps());
    expect(rooms()).toEqual([roomName(good, 1)]);
  });
});
