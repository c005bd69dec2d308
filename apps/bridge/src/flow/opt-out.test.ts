import { makeOutcome } from '@outdial/telephony';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { noPlaybooks, settings } from '../../test/fixtures.ts';
import { openWorld, type World } from '../../test/world.ts';
import { acceptDispatch } from './accept-dispatch.ts';
import { retryCall } from './retry-call.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());
beforeEach(() => world.reset());

const OTHER = '+61491571804';

const ask = (destination: string, dryRun = false) =>
  acceptDispatch(
    { calls: world.calls, settings: settings(), playbooks: noPlaybooks, wake: () => {} },
    {
      apiKeyName: 'n8n',
      idempotencyKey: null,
      allowDuplicate: true,
      command: { destination, caller_id: 'Nehos', dry_run: dryRun },
    },
  );
const optOut = async (): Promise<string> => {
  const id = await world.granted();
  await world.say(id, { type: 'answered' });
  await world.say(id, { type: 'opt_out' });
  return id;
};

test('an opt-out is told once and stands in the record', async () => {
  const id = await optOut();
  const { optedOutAt } = await world.found(id);
  expect(optedOutAt).toBeInstanceOf(Date);
  await world.say(id, { type: 'opt_out' });
  expect((await world.found(id)).optedOutAt).toEqual(optedOutAt);
  expect((await world.events(id)).filter((event) => event === 'call.opt_out')).toHaveLength(1);
});

test('the number is refused at the door from then on, and no other is', async () => {
  await optOut();
  expect(await ask('0491 570 156')).toMatchObject({ status: 'refused', code: 'do_not_call' });
  expect((await ask(OTHER)).status).toBe('accepted');
  expect(await ask('0491 570 156', true)).toMatchObject({
    wouldCall: false,
    verdicts: expect.arrayContaining([expect.objectContaining({ rail: 'do_not_call', verdict: 'refuse' })]),
  });
});

test('a call that was accepted before is blocked instead of dispatched', async () => {
  const waiting = await world.place();
  const other = await world.place({ destination: OTHER });
  const talking = await world.place();
  await world.calls.transaction((tx) => tx.addOptOut('+61491570156', talking.id));
  await world.dispatchAll();
  expect(await world.found(waiting.id)).toMatchObject({
    status: 'canceled',
    outcome: { end_reason: 'blocked', message: expect.stringContaining('do-not-call') },
  });
  expect((await world.found(other.id)).status).toBe('dispatched');
});

test('a call whose transfer target is on the list is blocked instead of dispatched', async () => {
  const [waiting, talking] = [await world.place({ destination: OTHER }), await world.place()];
  await world.calls.transaction((tx) => tx.addOptOut('+61255500100', talking.id));
  await world.dispatchAll();
  expect(await world.found(waiting.id)).toMatchObject({
    status: 'canceled',
    outcome: { end_reason: 'blocked', message: expect.stringContaining('transfer target') },
  });
});

test('a call that was dispatched before is blocked instead of granted', async () => {
  const [late, talking] = [await world.dispatched(), await world.place()];
  await world.calls.transaction((tx) => tx.addOptOut('+61491570156', talking.id));
  expect(await world.ask(late)).toEqual({ granted: false, reason: 'final' });
  expect(await world.found(late)).toMatchObject({
    status: 'canceled',
    dialingAt: null,
    outcome: { end_reason: 'blocked', message: expect.stringContaining('do-not-call') },
  });
});

test('an opt-out that comes after the end of its call counts, and the call is not placed again', async () => {
  const id = await world.granted();
  await world.say(id, { type: 'answered' });
  await world.end(id, makeOutcome('provider_error', { talk_ms: 1_000 }));
  await world.say(id, { type: 'opt_out' });
  expect((await world.found(id)).optedOutAt).toBeInstanceOf(Date);
  expect(await ask('0491 570 156')).toMatchObject({ code: 'do_not_call' });
  expect(await retryCall({ calls: world.calls, settings: settings() }, id, 'n8n')).toMatchObject({
    status: 'refused',
    detail: expect.stringContaining('do-not-call'),
  });
});

test.each(['in_progress', 'lost'])(
  'an opt-out whose own report was lost comes with the end, the call being %s',
  async (before) => {
    const id = await world.granted();
    await world.say(id, { type: 'answered' });
    const outcome = makeOutcome('provider_error', { talk_ms: 1_000 });
    if (before === 'lost') await world.end(id, outcome);
    for (let times = 0; times < 2; times += 1) {
      await world.say(id, { type: 'ended', outcome, opted_out: true });
    }
    expect((await world.found(id)).optedOutAt).toBeInstanceOf(Date);
    expect((await world.events(id)).filter((event) => event === 'call.opt_out')).toHaveLength(1);
    expect(await ask('0491 570 156')).toMatchObject({ code: 'do_not_call' });
  },
);
