import { makeOutcome } from '@outdial/telephony';
import { describe, expect, test } from 'vitest';
import { settings } from '../../test/fixtures.ts';
import { STORES, useWorld } from '../../test/use-world.ts';
import type { World } from '../../test/world.ts';
import type { CallingHours } from '../domain/calling-hours.ts';
import { closeCallsWithoutAgent } from './close-lost-calls.ts';
import { grantCall } from './grant-call.ts';
import { retryCall } from './retry-call.ts';

const HOUR_MS = 3_600_000;
const UTC = 'Etc/UTC';
/** Hours of every day that end `endsIn` hours from now, or begin then; by the clock of this moment. */
const everyDay = (from: number, to: number): CallingHours => {
  const minute = new Date().getUTCHours() * 60 + new Date().getUTCMinutes();
  const at = (hours: number): number => (((minute + hours * 60) % 1440) + 1440) % 1440;
  const windows = Array.from({ length: 7 }, (_, weekday) => weekday).flatMap((weekday) =>
    at(from) < at(to)
      ? [{ weekday, from: at(from), to: at(to) }]
      : [
          { weekday, from: at(from), to: 1440 },
          { weekday, from: 0, to: at(to) },
        ],
  );
  return { windows, holidays: [], home: UTC };
};
const OPEN = settings({ hours: everyDay(-2, 2) });
// They begin in three hours.
const CLOSED = settings({ hours: everyDay(3, 5) });
const inHours = (hours: number): Date => new Date(Date.now() + hours * HOUR_MS);

describe.each(STORES)('calling hours on %s', (kind) => {
  let world: World;
  useWorld(kind, (opened) => {
    world = opened;
  });

  const grant = async (id: string, dispatch: number, how = CLOSED) => {
    const request = { token: `job-${dispatch}`, dispatch, job_id: 'AJ' };
    return (await grantCall({ calls: world.calls, settings: how }, id, request))?.answer;
  };
  const expectAnOpening = (at: Date | null): void => {
    expect(at?.getTime()).toBeGreaterThan(inHours(2.9).getTime());
    expect(at?.getTime()).toBeLessThan(inHours(3.1).getTime());
  };

  test('a call that is still queued when they are over waits for the next opening', async () => {
    const { id } = await world.place({ notAfter: inHours(24) });
    await world.dispatchAll({ settings: CLOSED });
    expect(world.livekit.dispatched).toEqual([]);
    const call = await world.found(id);
    expect(call.status).toBe('queued');
    expectAnOpening(call.scheduledFor);
    await world.age(id, 'scheduled_for', 1);
    await world.dispatchAll({ settings: OPEN });
    expect((await world.found(id)).status).toBe('dispatched');
  });

  test('one that cannot wait so long is over at once, and says why', async () => {
    const { id } = await world.place({ notAfter: inHours(1) });
    await world.dispatchAll({ settings: CLOSED });
    expect(await world.found(id)).toMatchObject({
      status: 'canceled',
      outcome: { end_reason: 'expired', message: expect.stringContaining('calling hours') },
    });
  });

  test('a further attempt has its hour from the opening on, unless the request named a deadline', async () => {
    const deadline = { attempt: 2, maxAttempts: 3, notAfter: inHours(1) };
    const free = await world.place({ ...deadline, notAfterGiven: false });
    await world.dispatchAll({ settings: CLOSED });
    const waiting = await world.found(free.id);
    expect(waiting.status).toBe('queued');
    expectAnOpening(waiting.scheduledFor);
    expect(waiting.notAfter.getTime() - Number(waiting.scheduledFor?.getTime())).toBe(3_600_000);
    const bound = await world.place({ ...deadline, notAfterGiven: true });
    await world.dispatchAll({ settings: CLOSED });
    expect((await world.found(bound.id)).outcome?.end_reason).toBe('expired');
  });

  test('one that was dispatched and not taken waits again; no job of before may dial it', async () => {
    const id = await world.dispatched({ notAfter: inHours(24) });
    await world.age(id, 'next_dispatch_at', 1);
    await world.dispatchAll({ settings: CLOSED });
    const call = await world.found(id);
    expect(call).toMatchObject({ status: 'queued', dispatchNumber: 1 });
    expectAnOpening(call.scheduledFor);
    expect(await grant(id, 1, OPEN)).toEqual({ granted: false, reason: 'taken' });
    await closeCallsWithoutAgent(world.deps());
    expect((await world.found(id)).status, 'nobody was to take it meanwhile').toBe('queued');

    await world.age(id, 'scheduled_for', 1);
    await world.dispatchAll({ settings: OPEN });
    expect(await grant(id, 2, OPEN)).toMatchObject({ granted: true });
    expect(await world.events(id)).toEqual([
      'call.queued',
      'call.dispatched',
      'call.dispatched',
      'call.dialing',
    ]);
  });

  test('a job that asks after their end gets no grant', async () => {
    const id = await world.dispatched({ notAfter: inHours(24) });
    expect(await grant(id, 1)).toEqual({ granted: false, reason: 'taken' });
    expectAnOpening((await world.found(id)).scheduledFor);
    const short = await world.dispatched({ notAfter: inHours(1) });
    expect(await grant(short, 1)).toEqual({ granted: false, reason: 'final' });
    expect((await world.found(short)).outcome?.end_reason).toBe('expired');
  });

  test('a call that is up goes on', async () => {
    const id = await world.granted();
    await world.say(id, { type: 'answered' });
    await world.dispatchAll({ settings: CLOSED });
    expect((await world.found(id)).status).toBe('in_progress');
  });

  test('placing a call again outside of them is refused and says when they begin', async () => {
    const id = await world.granted();
    await world.end(id, makeOutcome('busy'));
    const held = await retryCall({ calls: world.calls, settings: CLOSED }, id, 'n8n');
    if (held.status !== 'held') throw new Error(held.status);
    expect(held.code).toBe('outside_calling_hours');
    expect(held.retryAfterSeconds).toBeGreaterThan(2.9 * 3600);
    expect(await retryCall({ calls: world.calls, settings: OPEN }, id, 'n8n')).toMatchObject({
      status: 'placed',
    });
  });
});
