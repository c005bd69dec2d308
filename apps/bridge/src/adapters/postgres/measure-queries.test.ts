import { makeOutcome } from '@outdial/telephony';
import { describe, expect, test } from 'vitest';
import { STORES, useWorld } from '../../../test/use-world.ts';
import type { World } from '../../../test/world.ts';

const URL = 'https://n8n.example.com/hook';

describe.each(STORES)('what is open, on %s', (store) => {
  let world: World;
  useWorld(store, (given) => {
    world = given;
  });

  test('nothing', async () => {
    expect(await world.calls.measure()).toEqual({
      calls: {},
      oldestCallSeconds: 0,
      callbacksPending: 0,
      callbacksDead: 0,
      callbackOverdueSeconds: 0,
    });
  });

  test('calls by state; the oldest is one whose time has come', async () => {
    await world.granted();
    await world.dispatched();
    await world.end((await world.place()).id, makeOutcome('busy'));
    const old = await world.place();
    await world.age(old.id, 'created_at', 90);
    const later = new Date(Date.now() + 3_600_000);
    const planned = await world.place({ scheduledFor: later, notAfter: new Date(later.getTime() + 1) });
    await world.age(planned.id, 'created_at', 900);
    const { calls, oldestCallSeconds } = await world.calls.measure();
    expect(calls).toEqual({ dialing: 1, dispatched: 1, queued: 1, scheduled: 1 });
    expect(oldestCallSeconds).toBeGreaterThanOrEqual(90);
    expect(oldestCallSeconds).toBeLessThan(900);
  });

  test('callbacks: pending ones, for how long one has been due, and dead letters', async () => {
    const { id } = await world.place({}, { url: URL, events: ['call.queued', 'call.ended'] });
    const { id: other } = await world.place({}, { url: URL, events: ['call.queued'] });
    const [first] = await world.callbacks(id);
    const [second] = await world.callbacks(other);
    if (first === undefined || second === undefined) throw new Error('no callback');
    await world.calls.transaction(async (tx) => {
      const now = await tx.readNow();
      await tx.saveCallback(first.id, { nextAttemptAt: new Date(now.getTime() - 60_000) });
      await tx.saveCallback(second.id, { status: 'dead', nextAttemptAt: null });
    });
    const measure = await world.calls.measure();
    expect(measure).toMatchObject({ callbacksPending: 1, callbacksDead: 1 });
    expect(measure.callbackOverdueSeconds).toBeGreaterThanOrEqual(60);
  });
});
