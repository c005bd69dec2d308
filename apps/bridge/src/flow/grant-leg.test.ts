import { makeOutcome } from '@outdial/telephony';
import { describe, expect, test } from 'vitest';
import { calleeLeg, settings, TOKEN, targetLeg } from '../../test/fixtures.ts';
import { STORES, useWorld } from '../../test/use-world.ts';
import { NO_LIMITS, type World } from '../../test/world.ts';
import { roomName } from '../domain/call.ts';
import type { DispatchLimits } from '../domain/claim-place.ts';
import type { DialSettings } from '../domain/guard-rails.ts';

import { cancelCall, endLegs } from './cancel-call.ts';
import { closeLostCalls } from './close-lost-calls.ts';
import { grantLeg } from './grant-leg.ts';

const URI = 'tel:+61255500100';
const said = (result: 'confirmed' | 'failed' | 'unknown') =>
  ({ type: 'transfer', transfer: { target: URI, mode: 'bridge', result } }) as const;

describe.each(STORES)('a second leg on %s', (kind) => {
  let world: World;
  useWorld(kind, (opened) => {
    world = opened;
  });

  const ask = async (
    id: string,
    change: { limits?: DispatchLimits; settings?: DialSettings; token?: string; target?: string } = {},
  ) => {
    const { limits = NO_LIMITS, token = TOKEN, target = 'default' } = change;
    const deps = { calls: world.calls, settings: change.settings ?? settings(), limits };
    const result = await grantLeg(deps, id, { token, target });
    return result.status === 'answered' ? result.answer : result.status;
  };
  const talking = async (change = {}) => {
    const id = await world.granted(change);
    await world.say(id, { type: 'answered' });
    return id;
  };
  /** Its agent was not heard of for a minute, and this is what LiveKit shows of its room. */
  const silent = async (
    id: string,
    there: readonly ('callee' | 'target')[],
    bridged = there.length === 2,
  ) => {
    await world.age(id, 'last_alive_at', 60);
    await world.age(id, 'grant_expires_at', 60);
    const legs = there.map((who) => (who === 'callee' ? calleeLeg() : targetLeg()));
    world.livekit.rooms.set(roomName(id, 1), { agent: false, legs, bridged });
    await closeLostCalls(world.deps());
    return world.found(id);
  };

  test('is granted once, to whichever question comes first', async () => {
    const id = await talking();
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(id)));
    for (const answer of answers) expect(answer).toMatchObject({ granted: true, target: URI });
    const call = await world.found(id);
    expect(call.bridgedLegs).toEqual([{ uri: URI, key: '+61255500100', expiresAt: expect.any(String) }]);
    expect(call.legOpen).toBe(true);
  });

  test('is never granted again once its window is over, not under another spelling either', async () => {
    const id = await talking();
    await ask(id);
    const { bridgedLegs } = await world.found(id);
    const over = bridgedLegs.map((leg) => ({ ...leg, expiresAt: new Date(0).toISOString() }));
    const change = { bridgedLegs: over, transferTarget: 'sip:61255500100@sip.example.com' };
    await world.calls.transaction((tx) => tx.save(id, change));
    expect(await ask(id)).toMatchObject({ granted: false, reason: 'taken' });
    await world.say(id, said('failed'));
    expect(await ask(id)).toMatchObject({ granted: false, reason: 'taken' });
  });

  test('to an extension is one phone, however its host is written', async () => {
    const first = 'sip:Desk@sip.example.com';
    const id = await talking({ transferTarget: first });
    expect(await ask(id)).toMatchObject({ granted: true, target: first });
    const change = { transferTarget: 'sip:desk@sip.example.com:5060;transport=tcp' };
    await world.calls.transaction((tx) => tx.save(id, change));
    expect(await ask(id), 'the same grant').toMatchObject({ granted: true, target: first });
    expect((await world.found(id)).bridgedLegs).toHaveLength(1);
  });

  test.each<[string, string, (id: string) => Promise<unknown>]>([
    ['of a canceled call', 'canceled', (id) => cancelCall(world, id)],
    ['of a call that is over', 'final', (id) => world.end(id, makeOutcome('callee_hangup', { talk_ms: 1 }))],
    [
      'of two who talk already',
      'final',
      async (id) => {
        await ask(id);
        await world.say(id, said('confirmed'));
      },
    ],
  ])('%s is refused: %s', async (_what, reason, prepare) => {
    const id = await talking();
    await prepare(id);
    expect(await ask(id)).toMatchObject({ granted: false, reason });
  });

  test('asked for by somebody else, for nobody known, or in no call is refused', async () => {
    const id = await talking();
    expect(await ask(id, { token: 'token-of-another-job' })).toBe('not_granted');
    expect(await ask(id, { target: 'accounts' })).toMatchObject({ reason: 'unknown_target' });
    expect(await ask('call_none')).toBe('not_found');
    expect((await world.found(id)).bridgedLegs).toEqual([]);
  });

  test.each([
    ['a premium number', { transferTarget: 'tel:+61190012345' }, settings()],
    [
      'a number for examples',
      { transferTarget: URI },
      settings({ policy: { ...settings().policy, allowFictitious: false } }),
    ],
    ['a host of somebody else', { transferTarget: 'sip:1@evil.example.com' }, settings()],
  ])('to %s is blocked by the rails of this moment', async (_what, change, rails) => {
    const id = await talking();
    // What stands in the row was allowed when it was written.
    await world.calls.transaction((tx) => tx.save(id, change));
    expect(await ask(id, { settings: rails })).toMatchObject({
      granted: false,
      reason: 'blocked',
      message: expect.any(String),
    });
  });

  test('to a number on the do-not-call list is blocked', async () => {
    const id = await talking();
    await world.database
      .insertInto('doNotCall')
      .values({ number: '+61255500100', source: 'callee', callId: id })
      .execute();
    expect(await ask(id)).toMatchObject({ granted: false, reason: 'blocked', message: expect.any(String) });
    expect((await world.found(id)).bridgedLegs).toEqual([]);
  });

  test('takes a place of the trunk until it is over, and counts for its pace', async () => {
    const id = await talking();
    await talking();
    const limits = { ...NO_LIMITS, maxConcurrentCalls: 3 };
    expect(await ask(id, { limits: { ...limits, maxConcurrentCalls: 2 } })).toMatchObject({ reason: 'full' });
    const paced = await ask(id, { limits: { ...limits, callsPerSecond: 0.01 } });
    expect(paced).toMatchObject({ granted: false, reason: 'later', after_ms: expect.any(Number) });
    expect(await ask(id, { limits })).toMatchObject({ granted: true });

    const waiting = await world.place();
    await world.dispatchAll({ limits });
    expect((await world.found(waiting.id)).status).toBe('queued');
    await world.say(id, said('failed'));
    await world.dispatchAll({ limits: { ...limits, callsPerSecond: 0.01 } });
    expect((await world.found(waiting.id)).status, 'the leg was a start as well').toBe('queued');
    await world.dispatchAll({ limits });
    expect((await world.found(waiting.id)).status).toBe('dispatched');
  });

  test('of which nothing more is heard may have rung: the outcome says unknown', async () => {
    const id = await talking();
    await ask(id);
    expect(await silent(id, ['callee'])).toMatchObject({
      outcome: { end_reason: 'agent_lost', transfer: { target: URI, mode: 'bridge', result: 'unknown' } },
    });
  });

  test('that is not answered cuts nothing short: the call is closed with its agent', async () => {
    const id = await talking();
    await ask(id);
    expect(await silent(id, ['callee', 'target'], false)).toMatchObject({
      outcome: { end_reason: 'agent_lost' },
    });
    expect(world.livekit.deleted).toEqual([roomName(id, 1)]);
  });

  describe('whose agent died', () => {
    test.each([true, false])('is left alone while both talk, told: %s', async (told) => {
      const id = await talking();
      await ask(id);
      if (told) await world.say(id, said('confirmed'));
      for (let round = 0; round < 2; round += 1) {
        expect(await silent(id, ['callee', 'target'])).toMatchObject({
          status: 'in_progress',
          outcome: null,
          bridgedAt: expect.any(Date),
          transfer: { mode: 'bridge', result: 'confirmed' },
        });
      }
      expect(world.livekit.deleted).toEqual([]);
    });

    test('and whose answer nobody had told is answered: its maximum counts from here', async () => {
      const id = await world.granted();
      await ask(id);
      const call = await silent(id, ['callee', 'target']);
      expect(call).toMatchObject({ status: 'in_progress', answeredAt: call.bridgedAt });
    });

    test.each([
      ['callee', 'target'],
      ['target', 'callee'],
    ] as const)('ends as transferred when only the %s is there', async (left, hungUpBy) => {
      const id = await talking();
      await ask(id);
      await world.say(id, said('confirmed'));
      expect(await silent(id, [left])).toMatchObject({
        status: 'completed',
        outcome: {
          end_reason: 'transferred',
          hung_up_by: hungUpBy,
          transfer: { target: URI, mode: 'bridge', result: 'confirmed' },
          sip: { status: 200 },
        },
      });
      expect(world.livekit.deleted).toEqual([roomName(id, 1)]);
    });

    test('and whose callee and target are both gone is transferred, by nobody known', async () => {
      const id = await talking();
      await ask(id);
      await world.say(id, said('confirmed'));
      expect((await silent(id, [])).outcome).toMatchObject({ end_reason: 'transferred', hung_up_by: null });
    });

    test('ends with its maximum, and by a cancel', async () => {
      const [overlong, canceled] = [await talking(), await talking()];
      for (const id of [overlong, canceled]) {
        await ask(id);
        await world.say(id, said('confirmed'));
      }
      await world.age(overlong, 'answered_at', 900);
      await world.age(overlong, 'dialing_at', 901);
      await cancelCall(world, canceled);
      await endLegs(world.deps());
      expect(world.livekit.deleted.toSorted()).toEqual(
        [roomName(overlong, 1), roomName(canceled, 1)].toSorted(),
      );
      expect((await silent(overlong, [])).outcome).toMatchObject({ end_reason: 'max_duration' });
      expect((await silent(canceled, [])).outcome).toMatchObject({
        status: 'completed',
        end_reason: 'canceled_by_api',
        hung_up_by: 'api',
      });
    });
  });

  test('each result of a transfer is told, a failed one of another target too', async () => {
    const id = await talking();
    await ask(id);
    await world.say(id, said('failed'));
    const other = { target: 'tel:+61255500101', mode: 'bridge', result: 'failed' } as const;
    await world.say(id, { type: 'transfer', transfer: other });
    expect((await world.events(id)).filter((type) => type === 'call.transfer')).toHaveLength(2);
  });

  test('that may ring stays open when a transfer to another target fails', async () => {
    const id = await talking();
    await ask(id);
    const other = { target: 'tel:+61255500101', mode: 'bridge', result: 'failed' } as const;
    await world.say(id, { type: 'transfer', transfer: other });
    expect(await world.found(id)).toMatchObject({ legOpen: true });
    await world.say(id, said('failed'));
    expect(await world.found(id)).toMatchObject({ legOpen: false });
  });

  test('a late word of another transfer takes nothing back', async () => {
    const id = await talking();
    await ask(id);
    await world.say(id, said('confirmed'));
    await world.say(id, said('failed'));
    expect(await world.found(id)).toMatchObject({
      legOpen: true,
      transfer: { mode: 'bridge', result: 'confirmed' },
    });
  });
});
