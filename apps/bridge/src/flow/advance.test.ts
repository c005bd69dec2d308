import { makeOutcome } from '@outdial/telephony';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { calleeLeg, settings, TOKEN } from '../../test/fixtures.ts';
import { openWorld, type World } from '../../test/world.ts';
import type { Call } from '../domain/call.ts';
import type { CallEventType } from '../domain/call-event.ts';
import { applyEvent } from './advance.ts';
import { closeCallsWithoutAgent } from './close-lost-calls.ts';
import { grantCall } from './grant-call.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());
beforeEach(() => world.reset());

const busy = makeOutcome('busy');
const URL = 'https://n8n.example.com/webhook-waiting/7';
const ENDED: CallEventType[] = ['call.ended'];
const toUrl = { url: URL, events: ENDED };
const told = async (id: string) => (await world.callbacks(id)).map(({ event, url }) => [event, url]);
const repetitions = (id: string) => world.calls.transaction((tx) => tx.findRepetitions(id));
/** When the alarms for a call or a callback are set for, as pg-boss keeps them. */
const alarms = async (id: string): Promise<readonly (readonly [string, Date])[]> => {
  const { rows } = await sql<{ name: string; startAfter: Date }>`
    select name, start_after from pgboss.job where data->>'id' = ${id} order by start_after`.execute(
    world.database,
  );
  return rows.map(({ name, startAfter }) => [name, startAfter]);
};
const only = (calls: readonly Call[]): Call => {
  const [first] = calls;
  if (first === undefined || calls.length > 1) throw new Error(`${calls.length} calls`);
  return first;
};

describe('what is written with a call', () => {
  test('its event, and an alarm for its time', async () => {
    const scheduledFor = new Date(Date.now() + 60_000);
    const { id } = await world.place({ scheduledFor });
    expect(await world.events(id)).toEqual(['call.queued']);
    expect(await alarms(id)).toEqual([['look-at-call', scheduledFor]]);
  });

  test('each event of its life, in order', async () => {
    const { id } = await world.place();
    await world.dispatchAll();
    await world.ask(id);
    for (const type of ['ringing', 'alive', 'answered', 'ringing'] as const) await world.say(id, { type });
    await world.say(id, { type: 'leg', leg: calleeLeg() });
    await world.end(id, makeOutcome('callee_hangup', { talk_ms: 0 }));
    expect(await world.events(id)).toEqual([
      'call.queued',
      'call.dispatched',
      'call.dialing',
      'call.ringing',
      'call.answered',
      'call.ended',
    ]);
  });

  test('an alarm for its next dispatch', async () => {
    const id = await world.dispatched();
    const { nextDispatchAt } = await world.found(id);
    expect((await alarms(id)).at(-1)).toEqual(['look-at-call', nextDispatchAt]);
  });

  test('an alarm for the time until which it is held back, at its start or at its grant', async () => {
    const inThreeDays = { weekday: (new Date().getUTCDay() + 3) % 7, from: 0, to: 1440 };
    const closed = settings({ hours: { windows: [inThreeDays], holidays: [], home: 'Etc/UTC' } });
    const asked = { notAfter: new Date(Date.now() + 8 * 86_400_000) };
    const queued = await world.place(asked);
    await world.dispatchAll({ settings: closed });
    const dispatched = await world.dispatched(asked);
    await grantCall({ calls: world.calls, settings: closed }, dispatched, {
      token: TOKEN,
      dispatch: 1,
      job_id: 'AJ_1',
    });
    for (const id of [queued.id, dispatched]) {
      const { status, scheduledFor } = await world.found(id);
      expect(status).toBe('queued');
      expect((await alarms(id)).at(-1)).toEqual(['look-at-call', scheduledFor]);
    }
  });

  test('one callback for each event and each address that wants it, with an alarm for now', async () => {
    const dialing: CallEventType[] = ['call.dialing', 'call.ended'];
    const { id } = await world.place({}, toUrl, { url: 'https://crm.example.com/', events: dialing });
    await world.calls.setStandingEndpoint('CALLBACK_URL', {
      url: 'https://standing.example.com/',
      events: ENDED,
    });
    await world.end(id, busy);
    expect((await told(id)).sort()).toEqual([
      ['call.dialing', 'https://crm.example.com/'],
      ['call.ended', 'https://crm.example.com/'],
      ['call.ended', URL],
      ['call.ended', 'https://standing.example.com/'],
    ]);
    for (const callback of await world.callbacks(id)) {
      expect(callback.kind).toBe(callback.url.includes('standing') ? 'standing' : 'resume');
      const [alarm, ...more] = await alarms(callback.id);
      expect([alarm?.[0], more]).toEqual(['look-at-callback', []]);
    }
  });

  test('nothing at all when the transaction is rolled back', async () => {
    const { id } = await world.place({}, toUrl);
    await world.dispatchAll();
    const before = [await world.found(id), await world.events(id), await alarms(id)];
    const work = world.calls.transaction(async (tx) => {
      const locked = await tx.lockCall(id);
      if (locked === null) throw new Error('no call');
      await tx.save(id, { status: 'busy', outcome: busy, endedAt: locked.now });
      await tx.tell(id, ['call.ended'], locked.now, ['call.ended']);
      await tx.setAlarm({ type: 'call', id }, null);
      throw new Error('rolled back');
    });
    await expect(work).rejects.toThrow('rolled back');
    expect([await world.found(id), await world.events(id), await alarms(id)]).toEqual(before);
    expect(await told(id)).toEqual([]);
  });
});

test('an event that changes nothing tells nothing', async () => {
  const { id } = await world.place({}, toUrl);
  const { outcome, endedAt } = await world.end(id, busy);
  for (const event of [
    { type: 'not_after_passed' },
    { type: 'power_lost' },
    { type: 'cancel_requested' },
    { type: 'granted', token: TOKEN, dispatch: 1, jobId: 'AJ_2' },
  ] as const) {
    expect(await applyEvent(world.calls, id, event)).toMatchObject({ changed: false, ended: false });
  }
  expect(await world.found(id)).toMatchObject({ outcome, endedAt });
  expect(await told(id)).toEqual([['call.ended', URL]]);
  expect(await applyEvent(world.calls, 'call_none', { type: 'power_lost' })).toBeNull();
});

describe('further attempts', () => {
  test('are calls of their own, and one callback comes after the last', async () => {
    const first = await world.place({ maxAttempts: 3, retryMinutes: [5, 10] }, toUrl);
    await world.end(first.id, busy);
    const second = only(await repetitions(first.id));
    expect(second).toMatchObject({ status: 'queued', attempt: 2, retryOf: first.id, dispatchNumber: 0 });
    expect(await alarms(second.id)).toEqual([['look-at-call', second.scheduledFor]]);
    expect(await told(first.id)).toEqual([]);

    await world.dispatchAll();
    expect((await world.found(second.id)).status).toBe('queued');
    await world.age(second.id, 'scheduled_for', 1);
    await world.end(second.id, makeOutcome('no_answer', { rang: true }));
    const [, third] = await repetitions(first.id);
    expect(third).toMatchObject({ attempt: 3, retryOf: first.id });
    expect(await told(second.id)).toEqual([]);

    await world.age(third?.id ?? '', 'scheduled_for', 1);
    await world.end(third?.id ?? '', busy);
    expect(await repetitions(first.id)).toHaveLength(2);
    expect(await told(third?.id ?? '')).toEqual([['call.ended', URL]]);
    expect((await world.events(second.id)).at(-1)).toBe('call.ended');
  });

  test('end with the first that is answered', async () => {
    const { id } = await world.place({ maxAttempts: 3 }, toUrl);
    await world.end(id, busy);
    const second = only(await repetitions(id));
    await world.age(second.id, 'scheduled_for', 1);
    await world.end(second.id, makeOutcome('agent_hangup', { talk_ms: 5 }));
    expect(await repetitions(id)).toHaveLength(1);
    expect(await told(second.id)).toEqual([['call.ended', URL]]);
  });

  test('do not hold back callbacks for other events', async () => {
    const all: CallEventType[] = ['call.dialing', 'call.ended'];
    const { id } = await world.place({ maxAttempts: 2 }, { url: URL, events: all });
    await world.end(id, busy);
    expect(await told(id)).toEqual([['call.dialing', URL]]);
  });

  test('do not follow an end that is no busy and no no_answer', async () => {
    const declined = await world.place({ maxAttempts: 3 }, toUrl);
    await world.end(declined.id, makeOutcome('declined'));
    expect(await repetitions(declined.id)).toEqual([]);
    expect(await told(declined.id)).toEqual([['call.ended', URL]]);
    const unheard = await world.dispatched({ maxAttempts: 3 });
    await world.age(unheard, 'dispatched_at', 61);
    await world.age(declined.id, 'dialing_at', 61);
    await closeCallsWithoutAgent(world.deps());
    expect((await world.found(unheard)).status).toBe('failed');
    expect(await repetitions(unheard)).toEqual([]);
  });

  test('there is one of each number, whoever says the end again', async () => {
    const first = await world.place({ maxAttempts: 3 });
    await world.end(first.id, busy);
    for (const _ of [1, 2]) await world.say(first.id, { type: 'ended', outcome: busy });
    const second = only(await repetitions(first.id));
    const { createdAt: _at, ...asked } = second;
    const twice = world.calls.transaction((tx) => tx.insert({ ...asked, id: `${second.id}x` }));
    await expect(twice).rejects.toThrow('calls_retry_of');
  });
});
