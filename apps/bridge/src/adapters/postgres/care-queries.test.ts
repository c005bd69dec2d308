import { makeOutcome } from '@outdial/telephony';
import { describe, expect, test } from 'vitest';
import { STORES, useWorld } from '../../../test/use-world.ts';
import type { World } from '../../../test/world.ts';
import type { Call } from '../../domain/call.ts';

describe.each(STORES)('on %s', (kind) => {
  let world: World;
  useWorld(kind, (opened) => {
    world = opened;
  });

  const ids = async (list: Promise<readonly Call[]>) => (await list).map((call) => call.id);
  const seconds = (n: number) => new Date(Date.now() + n * 1_000);
  /** The end of a call, now. */
  const ended = () => ({ status: 'busy' as const, outcome: makeOutcome('busy'), endedAt: new Date() });
  const save = (id: string, change: Partial<Call>) => world.calls.transaction((tx) => tx.save(id, change));

  describe('what may start', () => {
    const next = (trunk = 'default') =>
      world.calls.transaction(async (tx) => (await tx.lockNextQueued(trunk))?.call.id ?? null);

    test('is the oldest of the trunk whose time has come, scheduled or not', async () => {
      const accepted = await world.place();
      const scheduled = await world.place({ scheduledFor: seconds(60) });
      await world.place({ trunk: 'ST_other' });
      await world.place({ scheduledFor: seconds(60) });
      await world.place({ notAfter: seconds(-60) });
      await world.age(accepted.id, 'created_at', 10);
      await world.age(scheduled.id, 'scheduled_for', 20);
      expect(await next()).toBe(scheduled.id);
      await save(scheduled.id, ended());
      expect(await next()).toBe(accepted.id);
      await save(accepted.id, ended());
      expect(await next()).toBeNull();
    });

    test('depends on what the trunk carries', async () => {
      const load = (trunk = 'default') => world.calls.transaction((tx) => tx.lockTrunk(trunk));
      expect(await load()).toEqual({ active: 0, waiting: 0, lastStartMsAgo: null });
      const first = await world.granted();
      const second = await world.dispatched();
      await world.place();
      await world.place({ trunk: 'ST_other' });
      await world.age(first, 'last_dispatch_at', 60);
      await world.age(second, 'last_dispatch_at', 20);
      const carried = await load();
      expect([carried.active, carried.waiting]).toEqual([2, 1]);
      expect(carried.lastStartMsAgo).toBeGreaterThanOrEqual(20_000);
      expect(carried.lastStartMsAgo).toBeLessThan(50_000);
      await save(first, ended());
      expect((await load()).active).toBe(1);
      expect(await load('ST_other')).toEqual({ active: 0, waiting: 0, lastStartMsAgo: null });
    });
  });

  test('finds what is to be dispatched again, of one trunk', async () => {
    const id = await world.dispatched();
    expect(await ids(world.calls.findDueForRedispatch('default'))).toEqual([]);
    await world.age(id, 'next_dispatch_at', 1);
    expect(await ids(world.calls.findDueForRedispatch('default'))).toEqual([id]);
    expect(await ids(world.calls.findDueForRedispatch('ST_other'))).toEqual([]);
  });

  test('finds what can no longer start', async () => {
    const late = await world.place({ notAfter: seconds(-60) });
    await world.place();
    expect(await ids(world.calls.findExpired())).toEqual([late.id]);
  });

  test('finds calls without an agent, unless another call was granted lately', async () => {
    const other = await world.granted();
    const id = await world.dispatched();
    await world.age(id, 'dispatched_at', 61);
    expect(await ids(world.calls.findWithoutAgent(60_000))).toEqual([]);
    await world.age(other, 'dialing_at', 61);
    expect(await ids(world.calls.findWithoutAgent(60_000))).toEqual([id]);
  });

  test('finds leases that are over, and by how much', async () => {
    const id = await world.granted();
    expect(await world.calls.findLeasesOver(8_000)).toEqual([]);
    await world.age(id, 'last_alive_at', 18);
    const [over] = await world.calls.findLeasesOver(8_000);
    expect(over?.call.id).toBe(id);
    expect(over?.overdueMs).toBeGreaterThanOrEqual(10_000);
    expect(over?.overdueMs).toBeLessThan(60_000);
  });

  test('mends signs of life from the future, and no others', async () => {
    const [future, past] = [await world.granted(), await world.granted()];
    await world.age(future, 'last_alive_at', -600);
    await world.age(past, 'last_alive_at', 5);
    const { lastAliveAt } = await world.found(past);
    await world.calls.mendTimes();
    const now = await world.calls.now();
    expect((await world.found(future)).lastAliveAt?.getTime()).toBeLessThanOrEqual(now.getTime());
    expect((await world.found(past)).lastAliveAt).toEqual(lastAliveAt);
  });

  test('finds rooms to clear: at once without a grant, after a while with one, then never again', async () => {
    const neverDispatched = await world.place();
    await save(neverDispatched.id, ended());
    const dialed = await world.granted();
    await save(dialed, ended());
    const undialed = await world.dispatched();
    await save(undialed, ended());
    expect(await ids(world.calls.findRoomsToClear(30_000))).toEqual([undialed]);
    await world.calls.saveRoomsCleared(undialed);
    await world.age(dialed, 'ended_at', 31);
    expect(await ids(world.calls.findRoomsToClear(30_000))).toEqual([dialed]);
    await world.calls.saveRoomsCleared(dialed);
    expect(await ids(world.calls.findRoomsToClear(30_000))).toEqual([]);
  });

  test('finds calls that ended lately and whose rooms are gone', async () => {
    const over: string[] = [];
    for (const age of [30, 3, 130]) {
      const id = await world.granted();
      await save(id, ended());
      await world.age(id, 'ended_at', age);
      over.push(id);
    }
    const between = () => ids(world.calls.findEndedBetween(120_000, 6_000));
    expect(await between()).toEqual([]);
    for (const id of over) await world.calls.saveRoomsCleared(id);
    expect(await between()).toEqual([over[0]]);
  });

  test('finds legs to end: canceled, or answered for too long', async () => {
    const [canceled, overlong] = [await world.granted(), await world.granted({ maxCallSeconds: 60 })];
    await save(overlong, { answeredAt: new Date() });
    expect(await ids(world.calls.findLegsToEnd(10_000))).toEqual([]);
    await save(canceled, { cancelRequestedAt: new Date() });
    expect(await ids(world.calls.findLegsToEnd(10_000))).toEqual([canceled]);
    await world.age(overlong, 'answered_at', 71);
    expect((await ids(world.calls.findLegsToEnd(10_000))).sort()).toEqual([canceled, overlong].sort());
    await save(overlong, ended());
    expect(await ids(world.calls.findLegsToEnd(10_000))).toEqual([canceled]);
  });

  test('finds what is open', async () => {
    const [open, over] = [await world.granted(), await world.granted()];
    await save(over, ended());
    expect(await ids(world.calls.findOpen())).toEqual([open]);
  });

  describe('callbacks and events', () => {
    const at = new Date();
    const to = (url: string) => ({ url, events: ['call.ended' as const, 'call.queued' as const] });
    const HOOK = 'https://n8n.example.com/hook';

    test('events are numbered in their order, of one call and of all', async () => {
      const before = await world.calls.lastEventId();
      const [one, two] = [await world.place(), await world.place()];
      await world.calls.transaction((tx) => tx.tell(one.id, ['call.dialing', 'call.ended'], at, []));
      const all = await world.calls.listEvents(before, null, 10);
      expect(all.map(({ callId, type }) => [callId, type])).toEqual([
        [one.id, 'call.queued'],
        [two.id, 'call.queued'],
        [one.id, 'call.dialing'],
        [one.id, 'call.ended'],
      ]);
      const numbers = all.map(({ id }) => id);
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      expect(await world.calls.lastEventId()).toBe(numbers.at(-1));
      expect(await world.calls.listEvents(numbers[0] ?? 0, one.id, 1)).toEqual([all[2]]);
      expect(all[2]).toMatchObject({ at });
    });

    test('of several that are due for one address the oldest is found, of each address one', async () => {
      const made: string[] = [];
      for (const [age, url] of [
        [10, HOOK],
        [20, HOOK],
        [5, `${HOOK}/other`],
      ] as const) {
        const call = await world.place({}, to(url));
        const [callback] = await world.callbacks(call.id);
        const createdAt = seconds(-age);
        await world.calls.transaction((tx) => tx.saveCallback(callback?.id ?? '', { createdAt }));
        made.push(callback?.id ?? '');
      }
      const due = (await world.calls.findDueCallbacks()).map(({ id }) => id);
      expect(due.sort()).toEqual([made[1], made[2]].sort());
      await world.calls.transaction((tx) => tx.saveCallback(made[2] ?? '', { nextAttemptAt: seconds(60) }));
      expect((await world.calls.findDueCallbacks()).map(({ id }) => id)).toEqual([made[1]]);
    });

    test('a claim is for one at a time, the oldest that is due', async () => {
      const call = await world.place({}, to(HOOK));
      await world.calls.transaction((tx) => tx.tell(call.id, [], seconds(-60), ['call.ended']));
      const [oldest, newest] = await world.callbacks(call.id);
      const claim = (id = newest?.id ?? '') => world.calls.transaction((tx) => tx.claimCallback(id, 30_000));
      const claims = await Promise.all([claim(), claim(), claim()]);
      expect(claims.flatMap((one) => (one === null ? [] : [one.callback.id]))).toEqual([oldest?.id]);
      await world.calls.transaction((tx) =>
        tx.saveCallback(oldest?.id ?? '', {
          status: 'delivered',
          nextAttemptAt: null,
          claimedUntil: null,
        }),
      );
      expect((await claim(oldest?.id))?.callback.id).toBe(newest?.id);
      expect(await claim('cb_none')).toBeNull();
    });

    test('the standing endpoint hears of every call from now on, until it is taken away', async () => {
      const endpoint = { url: HOOK, events: ['call.queued' as const] };
      await world.calls.setStandingEndpoint('CALLBACK_URL', { ...endpoint, url: `${HOOK}/old` });
      await world.calls.setStandingEndpoint('CALLBACK_URL', endpoint);
      const one = await world.place();
      await world.calls.setStandingEndpoint('CALLBACK_URL', null);
      const two = await world.place();
      expect(await world.callbacks(one.id)).toMatchObject([{ url: HOOK, kind: 'standing' }]);
      expect(await world.callbacks(two.id)).toEqual([]);
    });
  });
});
