import { makeOutcome } from '@outdial/telephony';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openWorld, type World } from '../../test/world.ts';
import { closeAfterPowerLoss } from './close-after-power-loss.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());
beforeEach(() => world.reset());

test('every call that could have been dialled ends unknown, the others stay as they are', async () => {
  const later = await world.place({ scheduledFor: new Date(Date.now() + 60_000) });
  const over = await world.place();
  await world.end(over.id, makeOutcome('busy'));
  const answered = await world.granted();
  await world.say(answered, { type: 'answered' });
  const open = [answered, await world.granted(), await world.dispatched(), (await world.place()).id];

  await closeAfterPowerLoss(world.deps());
  for (const id of open) {
    expect(await world.found(id)).toMatchObject({
      status: 'unknown',
      outcome: { end_reason: 'outcome_unknown', retry: 'no' },
    });
    expect((await world.events(id)).at(-1)).toBe('call.ended');
  }
  expect((await world.found(later.id)).status).toBe('queued');
  expect((await world.found(over.id)).status).toBe('busy');

  world.livekit.dispatched.length = 0;
  await world.dispatchAll();
  expect(world.livekit.dispatched).toEqual([]);
});
