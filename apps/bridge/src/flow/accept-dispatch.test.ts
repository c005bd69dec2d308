import { makeOutcome } from '@outdial/telephony';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { noPlaybooks, settings } from '../../test/fixtures.ts';
import { openWorld, type World } from '../../test/world.ts';
import type { Call } from '../domain/call.ts';
import type { DispatchCommand } from '../domain/dispatch-command.ts';
import { acceptDispatch } from './accept-dispatch.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());
beforeEach(() => world.reset());

const FIRST = 'https://n8n.example.com/webhook-waiting/1';
const SECOND = 'https://n8n.example.com/webhook-waiting/2';

const ask = (change: Partial<DispatchCommand> = {}, allowDuplicate = false) =>
  acceptDispatch(
    { calls: world.calls, settings: settings(), playbooks: noPlaybooks, wake: world.deps().wake },
    {
      apiKeyName: 'n8n',
      idempotencyKey: change.idempotency_key ?? null,
      allowDuplicate,
      command: { destination: '0491570156', caller_id: 'Nehos', ...change },
    },
  );
const accepted = async (change: Partial<DispatchCommand> = {}, allowDuplicate = false): Promise<Call> => {
  const answer = await ask(change, allowDuplicate);
  if (answer.status !== 'accepted') throw new Error(JSON.stringify(answer));
  return answer.call;
};
const told = async (id: string) =>
  (await world.callbacks(id)).map(({ event, url, status }) => [event, url, status]);

test('forty at once are all accepted', async () => {
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, n) => ask({ idempotency_key: `item-${n}`, metadata: { item: n } })),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(40).fill('accepted'));
  expect(world.wakes).toBe(40);
});

test('a callback goes to its events, the end where none are named', async () => {
  const { id } = await accepted({ callback_url: FIRST });
  const other = await accepted(
    { callback_url: 'https://crm.example.com/', callback_events: ['call.queued', 'call.dialing'] },
    true,
  );
  for (const call of [id, other.id]) await world.end(call, makeOutcome('busy'));
  expect(await told(id)).toEqual([['call.ended', FIRST, 'pending']]);
  expect((await told(other.id)).map(([event]) => event)).toEqual(['call.queued', 'call.dialing']);
});

describe('a duplicate with another callback_url', () => {
  test('joins the call that is under way: both are told its end, once', async () => {
    const first = await accepted({ callback_url: FIRST });
    for (const _ of [1, 2]) {
      expect(await ask({ callback_url: SECOND })).toMatchObject({
        status: 'duplicate',
        call: { id: first.id },
      });
    }
    expect(await ask()).toMatchObject({ status: 'duplicate' });
    expect(await told(first.id)).toEqual([]);
    await world.end(first.id, makeOutcome('busy'));
    expect((await told(first.id)).sort()).toEqual([
      ['call.ended', FIRST, 'pending'],
      ['call.ended', SECOND, 'pending'],
    ]);
  });

  test('is told at once when the call is over, and nobody is told twice', async () => {
    const first = await accepted({ callback_url: FIRST });
    await world.end(first.id, makeOutcome('declined'));
    expect(await ask({ callback_url: SECOND })).toMatchObject({
      status: 'duplicate',
      call: { id: first.id },
    });
    await ask({ callback_url: SECOND });
    expect((await told(first.id)).sort()).toEqual([
      ['call.ended', FIRST, 'pending'],
      ['call.ended', SECOND, 'pending'],
    ]);
    expect((await world.events(first.id)).filter((type) => type === 'call.ended')).toHaveLength(1);
  });

  test('joins the attempt that is still to come', async () => {
    const first = await accepted({ callback_url: FIRST, max_attempts: 2 });
    await world.end(first.id, makeOutcome('busy'));
    const [next] = await world.calls.transaction((tx) => tx.findRepetitions(first.id));
    expect(await ask({ callback_url: SECOND })).toMatchObject({
      status: 'duplicate',
      call: { id: next?.id },
    });
    await world.age(next?.id ?? '', 'scheduled_for', 1);
    await world.end(next?.id ?? '', makeOutcome('busy'));
    expect((await told(next?.id ?? '')).map(([, url]) => url).sort()).toEqual([FIRST, SECOND]);
    expect(await told(first.id)).toEqual([]);
  });

  test('to an address that may not be called is refused and joins nothing', async () => {
    const first = await accepted();
    expect(await ask({ callback_url: 'http://127.0.0.1/' })).toMatchObject({
      status: 'refused',
      code: 'callback_url_not_allowed',
    });
    await world.end(first.id, makeOutcome('busy'));
    expect(await told(first.id)).toEqual([]);
  });
});

test('a dry run writes no callback and no call', async () => {
  const first = await accepted();
  expect(await ask({ callback_url: SECOND, dry_run: true })).toMatchObject({
    status: 'checked',
    wouldCall: false,
    duplicateOf: first.id,
  });
  await world.end(first.id, makeOutcome('busy'));
  expect(await told(first.id)).toEqual([]);
});

test('a schedule makes another call, and the same schedule the same', async () => {
  const schedule_at = new Date(Date.now() + 3_600_000).toISOString();
  const now = await accepted();
  const later = await accepted({ schedule_at });
  expect(later.id).not.toBe(now.id);
  expect(await ask({ schedule_at })).toMatchObject({ status: 'duplicate', call: { id: later.id } });
});
