import { makeOutcome } from '@outdial/telephony';
import { describe, expect, test } from 'vitest';
import { NO_CAPS, noPlaybooks, settings, TOKEN } from '../../test/fixtures.ts';
import { STORES, useWorld } from '../../test/use-world.ts';
import { NO_LIMITS, type World } from '../../test/world.ts';
import { parseRoomName } from '../domain/call.ts';
import type { CallCaps } from '../domain/call-caps.ts';
import type { DispatchCommand } from '../domain/dispatch-command.ts';
import { acceptDispatch, type DispatchAnswer } from './accept-dispatch.ts';
import { grantLeg } from './grant-leg.ts';
import { retryCall } from './retry-call.ts';

const HOUR = 3_600;
const caps = (change: Partial<CallCaps>): CallCaps => ({ ...NO_CAPS, ...change });
const anHour = (change: Partial<CallCaps['hour']>): CallCaps =>
  caps({ hour: { ...NO_CAPS.hour, ...change } });
const number = (n: number): string => `04915701${String(n).padStart(2, '0')}`;

describe.each(STORES)('caps on %s', (kind) => {
  let world: World;
  useWorld(kind, (opened) => {
    world = opened;
  });

  const ask = (
    limits: CallCaps,
    change: Partial<DispatchCommand> = {},
    apiKeyName = 'n8n',
  ): Promise<DispatchAnswer> =>
    acceptDispatch(
      {
        calls: world.calls,
        settings: settings({ caps: limits }),
        playbooks: noPlaybooks,
        wake: world.deps().wake,
      },
      {
        apiKeyName,
        idempotencyKey: change.idempotency_key ?? null,
        allowDuplicate: true,
        command: { destination: number(56), caller_id: 'Nehos', ...change },
      },
    );
  const statuses = (answers: readonly DispatchAnswer[]) =>
    answers.map((answer) => (answer.status === 'refused' ? answer.code : answer.status)).toSorted();
  const codeOf = async (answer: Promise<DispatchAnswer>) => statuses([await answer])[0];
  const dispatchAll = (limits: CallCaps) => world.dispatchAll({ settings: settings({ caps: limits }) });
  const count = (status: string, answers: readonly DispatchAnswer[]) =>
    answers.filter((answer) => answer.status === status).length;

  test('thirty at once get the seven places there are, and not one more', async () => {
    const limits = anHour({ trunk: 7 });
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) => ask(limits, { greeting: `Hello ${n}` })),
    );
    expect(count('accepted', answers)).toBe(7);
    expect(new Set(statuses(answers))).toEqual(new Set(['accepted', 'hourly_cap_reached']));
  });

  test('thirty at once ring one number once while it has to rest', async () => {
    const limits = caps({ cooldownMinutes: 10 });
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) => ask(limits, { greeting: `Hello ${n}` })),
    );
    expect(count('accepted', answers)).toBe(1);
    expect(new Set(statuses(answers))).toEqual(new Set(['accepted', 'destination_cooldown']));
  });

  test('each key and each account code has its own, and the trunk one for all', async () => {
    const limits = caps({
      hour: { trunk: 5, key: 2, account: null },
      day: { trunk: null, key: null, account: 1 },
    });
    expect(await codeOf(ask(limits, { account_code: 'a' }))).toBe('accepted');
    expect(await codeOf(ask(limits, { account_code: 'a' }, 'crm'))).toBe('daily_cap_reached');
    expect(await codeOf(ask(limits, { account_code: 'b' }))).toBe('accepted');
    expect(await codeOf(ask(limits, { account_code: 'c' }))).toBe('hourly_cap_reached');
    expect(await codeOf(ask(limits, {}, 'crm'))).toBe('accepted');
    expect(await codeOf(ask(limits, {}, 'crm')), 'calls without an account code count together').toBe(
      'daily_cap_reached',
    );
    expect(await codeOf(ask(limits, { account_code: 'd' }, 'crm'))).toBe('accepted');
    expect(await codeOf(ask(limits, { account_code: 'e' }, 'ops'))).toBe('accepted');
    expect(await codeOf(ask(limits, { account_code: 'f' }, 'ops'))).toBe('hourly_cap_reached');
  });

  test('a repeated request gets its call though the cap is full, and a dry run says how full it is', async () => {
    const limits = anHour({ trunk: 1 });
    const first = await ask(limits, { idempotency_key: 'k1' });
    expect(await ask(limits, { idempotency_key: 'k1' })).toMatchObject({ status: 'replayed' });
    expect(first.status).toBe('accepted');
    expect(await ask(limits, { dry_run: true })).toMatchObject({
      status: 'checked',
      wouldCall: false,
      verdicts: expect.arrayContaining([
        expect.objectContaining({
          rail: 'calls_per_hour',
          detail: expect.stringContaining('1 of 1 used on this trunk'),
        }),
      ]),
    });
  });

  test('what was dialled counts until its hour is over, and the refusal says when that is', async () => {
    const limits = anHour({ trunk: 2 });
    const old = await world.granted();
    await world.end(old, makeOutcome('busy'));
    await world.age(old, 'dialing_at', 50 * 60);
    await world.granted();
    const refused = await ask(limits);
    if (refused.status !== 'refused') throw new Error(refused.status);
    expect(refused.retryAfterSeconds).toBeGreaterThan(590);
    // Stored times are rounded to milliseconds, and begun seconds count.
    expect(refused.retryAfterSeconds).toBeLessThanOrEqual(601);
    await world.age(old, 'dialing_at', HOUR + 1);
    expect(await codeOf(ask(limits))).toBe('accepted');
  });

  test('what never came to a dial counts no longer', async () => {
    const limits = anHour({ trunk: 1 });
    const { id } = await world.place();
    expect(await codeOf(ask(limits))).toBe('hourly_cap_reached');
    await world.calls.transaction(async (tx) => {
      const locked = await tx.lockCall(id);
      if (locked !== null)
        await tx.save(id, { status: 'canceled', outcome: makeOutcome('expired'), endedAt: locked.now });
    });
    expect(await codeOf(ask(limits))).toBe('accepted');
  });

  test('calls that are planned fill the hour they are planned for, not this one', async () => {
    const limits = anHour({ trunk: 1 });
    const later = (hours: number) => ({
      schedule_at: new Date(Date.now() + hours * HOUR * 1000).toISOString(),
    });
    expect(await codeOf(ask(limits, later(3)))).toBe('accepted');
    expect(await codeOf(ask(limits, later(3.5)))).toBe('hourly_cap_reached');
    expect(await codeOf(ask(limits, later(5)))).toBe('accepted');
    expect(await codeOf(ask(limits))).toBe('accepted');
  });

  test('a range that is dialled through stops at so many numbers; one number may be called often', async () => {
    const limits = caps({ numbersPerBlock: 3 });
    for (const n of [10, 11, 12, 12, 11]) {
      expect(await codeOf(ask(limits, { destination: number(n) }))).toBe('accepted');
    }
    expect(await codeOf(ask(limits, { destination: number(13) }))).toBe('number_block_cap_reached');
    expect(await codeOf(ask(limits, { destination: '0491 570 210' })), 'of another block').toBe('accepted');
  });

  test('a number rests from the end of its call on', async () => {
    const limits = caps({ cooldownMinutes: 10 });
    const id = await world.granted({ destination: '+61491570156' });
    expect(await codeOf(ask(limits)), 'while it lasts').toBe('destination_cooldown');
    await world.end(id, makeOutcome('callee_hangup', { talk_ms: 1 }));
    await world.age(id, 'dialing_at', HOUR);
    await world.age(id, 'ended_at', 9 * 60);
    const refused = await ask(limits);
    if (refused.status !== 'refused') throw new Error(refused.status);
    expect(refused.retryAfterSeconds).toBeLessThanOrEqual(61);
    await world.age(id, 'ended_at', 10 * 60 + 1);
    expect(await codeOf(ask(limits))).toBe('accepted');
  });

  describe('before a start', () => {
    test('no more are started than the trunk may carry in an hour; the others wait their turn', async () => {
      const limits = anHour({ trunk: 2 });
      for (let n = 0; n < 4; n += 1) await world.place();
      const waitMs = await dispatchAll(limits);
      expect(waitMs).toBeGreaterThan(0);
      expect(world.livekit.dispatched).toHaveLength(2);
      for (const { room } of world.livekit.dispatched) {
        const id = parseRoomName(room)?.callId ?? '';
        await world.ask(id);
        await world.age(id, 'dialing_at', HOUR + 1);
      }
      await dispatchAll(limits);
      expect(world.livekit.dispatched).toHaveLength(4);
    });

    test('a full key holds up none of another, and its call is over where it cannot start in time', async () => {
      const limits = anHour({ key: 1 });
      await world.granted({ apiKeyName: 'n8n' });
      const held = await world.place({ apiKeyName: 'n8n', notAfter: new Date(Date.now() + 3 * HOUR * 1000) });
      const late = await world.place({ apiKeyName: 'n8n', notAfter: new Date(Date.now() + 60_000) });
      const other = await world.place({ apiKeyName: 'crm' });
      await dispatchAll(limits);
      expect((await world.found(other.id)).status).toBe('dispatched');
      const { status, scheduledFor } = await world.found(held.id);
      expect(status).toBe('queued');
      expect(scheduledFor?.getTime()).toBeGreaterThan(Date.now() + 0.9 * HOUR * 1000);
      expect(await world.found(late.id)).toMatchObject({
        status: 'canceled',
        outcome: { end_reason: 'expired', message: expect.stringContaining('MAX_CALLS_PER_HOUR_BY_KEY') },
      });
    });

    test('further attempts count and are held, too', async () => {
      const limits = anHour({ trunk: 1 });
      const id = await world.granted({ maxAttempts: 2, retryMinutes: [1] });
      await world.end(id, makeOutcome('busy'));
      const [next] = await world.calls.transaction((tx) => tx.findRepetitions(id));
      await world.age(next?.id ?? '', 'scheduled_for', 1);
      await dispatchAll(limits);
      expect(world.livekit.dispatched).toHaveLength(1);
      await world.age(id, 'dialing_at', HOUR + 1);
      await dispatchAll(limits);
      expect(world.livekit.dispatched).toHaveLength(2);
    });

    test('a further attempt waits until its number has rested', async () => {
      const limits = caps({ cooldownMinutes: 30 });
      const id = await world.granted({ maxAttempts: 2, retryMinutes: [1] });
      await world.end(id, makeOutcome('busy'));
      const [next] = await world.calls.transaction((tx) => tx.findRepetitions(id));
      await world.age(next?.id ?? '', 'scheduled_for', 1);
      await dispatchAll(limits);
      const { status, scheduledFor } = await world.found(next?.id ?? '');
      expect(status).toBe('queued');
      expect(scheduledFor?.getTime()).toBeGreaterThan(Date.now() + 29 * 60_000);
    });
  });

  describe('placing a call again', () => {
    const again = (id: string, limits: CallCaps, key = 'n8n') =>
      retryCall({ calls: world.calls, settings: settings({ caps: limits }) }, id, key);
    const over = async () => {
      const id = await world.granted();
      await world.end(id, makeOutcome('busy'));
      return id;
    };

    test('counts for the key that asks, and is held by its cap', async () => {
      const limits = anHour({ key: 1 });
      const id = await over();
      expect(await again(id, limits, 'n8n')).toMatchObject({ status: 'held', code: 'hourly_cap_reached' });
      expect(await again(id, limits, 'crm')).toMatchObject({ status: 'placed', call: { apiKeyName: 'crm' } });
      expect(await again(await over(), limits, 'crm')).toMatchObject({ status: 'held' });
    });

    test('asked for twice it is one call, though the cap is full by then', async () => {
      const limits = anHour({ trunk: 2 });
      const id = await over();
      expect(await again(id, limits)).toMatchObject({ status: 'placed', replayed: false });
      expect(await again(id, limits)).toMatchObject({ status: 'placed', replayed: true });
    });

    test('at once with new requests never comes to more than there may be, and nobody waits for ever', async () => {
      const limits = anHour({ trunk: 12 });
      const ids: string[] = [];
      for (let n = 0; n < 8; n += 1) ids.push(await over());
      const results = await Promise.all([
        ...ids.map(async (id) => (await again(id, limits)).status),
        ...Array.from({ length: 8 }, async (_, n) => (await ask(limits, { greeting: `Hello ${n}` })).status),
        dispatchAll(limits).then(() => 'dispatched'),
      ]);
      expect(results.filter((status) => status === 'placed' || status === 'accepted')).toHaveLength(4);
    });
  });

  describe('a second leg', () => {
    const leg = async (limits: CallCaps, id: string) => {
      const deps = { calls: world.calls, settings: settings({ caps: limits }), limits: NO_LIMITS };
      const result = await grantLeg(deps, id, { token: TOKEN, target: 'default' });
      return result.status === 'answered' ? result.answer : result.status;
    };
    const talking = async () => {
      const id = await world.granted();
      await world.say(id, { type: 'answered' });
      return id;
    };

    test('counts as a call, also after its call has left the hour', async () => {
      const id = await talking();
      expect(await leg(anHour({ trunk: 2 }), id)).toMatchObject({ granted: true });
      expect(await codeOf(ask(anHour({ trunk: 2 })))).toBe('hourly_cap_reached');
      await world.age(id, 'dialing_at', 2 * HOUR);
      expect(await codeOf(ask(anHour({ trunk: 1 })))).toBe('hourly_cap_reached');
      expect(await codeOf(ask(anHour({ trunk: 2 })))).toBe('accepted');
    });

    test('is blocked where there is no room for one more, and the same question is answered as before', async () => {
      const id = await talking();
      expect(await leg(anHour({ trunk: 1 }), id)).toMatchObject({
        granted: false,
        reason: 'blocked',
        message: expect.stringContaining('1 of 1 used on this trunk'),
      });
      expect(await leg(anHour({ trunk: 2 }), id)).toMatchObject({ granted: true });
      expect(await leg(anHour({ trunk: 2 }), id), 'its answer was lost').toMatchObject({ granted: true });
    });

    test('to a number that rests is granted: it is called for whoever is on the line', async () => {
      const id = await talking();
      await world.granted({ destination: '+61255500100' });
      expect(await leg(caps({ cooldownMinutes: 30, numbersPerBlock: 1 }), id)).toMatchObject({
        granted: true,
      });
    });
  });
});
