import { makeOutcome } from '@outdial/telephony';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noPlaybooks, settings, TOKEN } from '../../test/fixtures.ts';
import { startPostgres, type TestPostgres } from '../../test/postgres.ts';
import { STORES, useWorld } from '../../test/use-world.ts';
import { NO_LIMITS, openWorld, type World } from '../../test/world.ts';
import { acceptDispatch } from './accept-dispatch.ts';
import { closeCallsWithoutAgent, expireCalls } from './close-lost-calls.ts';
import { grantLeg } from './grant-leg.ts';
import { retryCall } from './retry-call.ts';
import { pauseDialling, resumeDialling } from './switch-dialling.ts';

const ask = (world: World, change: { key?: string; dryRun?: boolean } = {}) =>
  acceptDispatch(
    { calls: world.calls, settings: settings(), playbooks: noPlaybooks, wake: () => {} },
    {
      apiKeyName: 'n8n',
      idempotencyKey: change.key ?? null,
      allowDuplicate: true,
      command: { destination: '0491 570 156', caller_id: 'Nehos', dry_run: change.dryRun },
    },
  );
const pause = (world: World, change: { reason?: string; hangUp?: boolean } = {}) =>
  pauseDialling(world, { reason: change.reason ?? null, by: 'ops', hangUp: change.hangUp ?? false });

describe.each(STORES)('the kill switch on %s', (kind) => {
  let world: World;
  useWorld(kind, (opened) => {
    world = opened;
  });

  test('what was accepted before waits, and goes on after it', async () => {
    const { id } = await world.place();
    await pause(world);
    await world.dispatchAll();
    expect(await world.found(id)).toMatchObject({ status: 'queued', dispatchNumber: 0 });
    expect(await resumeDialling(world)).toBe(true);
    await world.dispatchAll();
    expect((await world.found(id)).status).toBe('dispatched');
    expect(await resumeDialling(world)).toBe(false);
  });

  test('what was dispatched before gets no grant and is not dispatched again until it is over', async () => {
    const id = await world.dispatched();
    await pause(world);
    expect(await world.ask(id)).toEqual({ granted: false, reason: 'paused' });
    await world.age(id, 'next_dispatch_at', 1);
    await world.dispatchAll();
    expect(await world.found(id)).toMatchObject({ status: 'dispatched', dispatchNumber: 1, dialingAt: null });
    await resumeDialling(world);
    await world.dispatchAll();
    expect(await world.found(id)).toMatchObject({ status: 'dispatched', dispatchNumber: 2 });
    expect(await world.ask(id, 2)).toMatchObject({ granted: true });
  });

  test('what waits longer than it may expires', async () => {
    const { id } = await world.place();
    await pause(world);
    await world.age(id, 'not_after', 1);
    await expireCalls(world.deps());
    expect((await world.found(id)).outcome?.end_reason).toBe('expired');
  });

  test('what was dispatched before is not taken for a call without agents, in the pause and a minute after it', async () => {
    const id = await world.dispatched();
    await pause(world);
    await world.age(id, 'dispatched_at', 120);
    await closeCallsWithoutAgent(world.deps());
    await resumeDialling(world);
    await closeCallsWithoutAgent(world.deps());
    expect((await world.found(id)).status).toBe('dispatched');
    await sql`update kill_switch set resumed_at = now() - interval '61 seconds'`.execute(world.database);
    await closeCallsWithoutAgent(world.deps());
    expect((await world.found(id)).outcome?.end_reason).toBe('agent_unavailable');
  });

  test('a grant that was given stays given, to the same token', async () => {
    const id = await world.granted();
    await pause(world);
    expect(await world.ask(id)).toMatchObject({ granted: true });
    expect(await world.ask(id, 1, 'token-of-another-job')).toEqual({ granted: false, reason: 'taken' });
  });

  test('live calls go on, but ring nobody new', async () => {
    const id = await world.granted();
    await world.say(id, { type: 'answered' });
    expect(await pause(world, { reason: 'wrong list' })).toMatchObject({ live: 1, canceled: 0 });
    expect((await world.found(id)).cancelRequestedAt).toBeNull();
    const deps = { calls: world.calls, settings: settings(), limits: NO_LIMITS };
    const leg = await grantLeg(deps, id, { token: TOKEN, target: 'default' });
    expect(leg).toMatchObject({
      answer: { granted: false, reason: 'blocked', message: expect.stringContaining('wrong list') },
    });
    expect((await world.found(id)).bridgedLegs).toEqual([]);
  });

  test('hangUp cancels the live ones as anybody may cancel them, and none that waits', async () => {
    const [live, dispatched] = [await world.granted(), await world.dispatched()];
    const { id: queued } = await world.place();
    expect(await pause(world, { hangUp: true })).toMatchObject({ live: 1, canceled: 1 });
    expect((await world.found(live)).cancelRequestedAt).toBeInstanceOf(Date);
    for (const id of [dispatched, queued]) expect((await world.found(id)).cancelRequestedAt).toBeNull();
  });

  test('the door refuses with the reason and how to go on; known keys are answered', async () => {
    const first = await ask(world, { key: 'k1' });
    if (first.status !== 'accepted') throw new Error(first.status);
    await pause(world, { reason: 'wrong list' });
    expect(await ask(world)).toMatchObject({
      status: 'refused',
      code: 'paused',
      detail: expect.stringMatching(/wrong list.*outdial resume/),
    });
    expect(await ask(world, { key: 'k1' })).toMatchObject({
      status: 'replayed',
      call: { id: first.call.id },
    });
    expect(await ask(world, { dryRun: true })).toMatchObject({
      wouldCall: false,
      verdicts: expect.arrayContaining([expect.objectContaining({ rail: 'paused', verdict: 'refuse' })]),
    });
    await resumeDialling(world);
    expect((await ask(world)).status).toBe('accepted');
  });

  test('an ended call is not placed again by hand; further attempts wait like all others', async () => {
    const { id } = await world.place({ maxAttempts: 2 });
    await world.dispatchAll();
    await pause(world);
    await resumeDialling(world);
    await world.end(id, makeOutcome('busy'));
    const single = await world.granted();
    await world.end(single, makeOutcome('busy'));
    await pause(world);
    const deps = { calls: world.calls, settings: settings() };
    expect(await retryCall(deps, single, 'n8n')).toMatchObject({ status: 'held', code: 'paused' });
    await resumeDialling(world);
    expect(await retryCall(deps, single, 'n8n')).toMatchObject({ status: 'placed' });
  });

  test('a pause keeps its beginning and its reason, unless there is another', async () => {
    const first = await pause(world, { reason: 'wrong list' });
    expect((await pause(world)).pause).toEqual(first.pause);
    const other = await pause(world, { reason: 'still wrong' });
    expect(other.pause).toEqual({ ...first.pause, reason: 'still wrong' });
    await resumeDialling(world);
    expect(await world.calls.readPause()).toBeNull();
    expect((await pause(world)).pause.reason).toBeNull();
  });

  test('the queue tells what waits, in order, and which places are taken', async () => {
    const live = await world.granted();
    await world.dispatched();
    const later = await world.place({ scheduledFor: new Date(Date.now() + 60_000) });
    const due = [(await world.place()).id, (await world.place()).id];
    await world.place({ trunk: 'another' });
    await sql`update calls set leg_open = true where id = ${live}`.execute(world.database);
    await pause(world);
    const queue = await world.calls.readQueue('default', 2);
    expect(queue).toMatchObject({
      pause: { by: 'ops' },
      due: 2,
      scheduled: 1,
      dispatched: 1,
      live: 1,
      placesUsed: 3,
    });
    expect(queue.next.map(({ id }) => id)).toEqual(due);
    expect((await world.calls.readQueue('default', 5)).next.at(-1)?.id).toBe(later.id);
  });

  test('no grant is given after a pause was answered, however they race', async () => {
    for (let round = 0; round < 5; round += 1) {
      const ids = await Promise.all([1, 2, 3].map(() => world.dispatched()));
      const asked = ids.map((id, at) => world.ask(id, 1, `${TOKEN}-${at}`));
      const paused = pause(world, { hangUp: true });
      const answers = await Promise.all(asked);
      const granted = answers.filter((answer) => answer?.granted === true).length;
      const { live, canceled } = await paused;
      // Each that was granted was seen by the pause, which came after it.
      expect([live, canceled]).toEqual([granted, granted]);
      for (const answer of answers) {
        if (answer?.granted === false) expect(answer.reason).toBe('paused');
      }
      await resumeDialling(world);
      await world.reset();
    }
  });
});

describe('two bridges on one Postgres', () => {
  let postgres: TestPostgres;
  let bridges: [World, World];
  beforeAll(async () => {
    postgres = await startPostgres();
    const place = { type: 'postgres', url: await postgres.newDatabase() } as const;
    bridges = [await openWorld(place), await openWorld(place)];
  });
  afterAll(async () => {
    for (const bridge of bridges ?? []) await bridge.close();
    await postgres?.stop();
  });

  test('what one pauses, the other does not dial, and either may resume', async () => {
    const [one, other] = bridges;
    const dispatched = await one.dispatched();
    const { id } = await other.place();
    await pause(one, { reason: 'wrong list' });
    await other.dispatchAll();
    expect((await other.found(id)).status).toBe('queued');
    expect(await other.ask(dispatched)).toEqual({ granted: false, reason: 'paused' });
    expect(await ask(other)).toMatchObject({ code: 'paused' });
    await resumeDialling(other);
    expect(await one.ask(dispatched)).toMatchObject({ granted: true });
  });

  test('a pause waits for the start that is under way, and the next start waits for the pause', async () => {
    const [one, other] = bridges;
    const order: string[] = [];
    const [held, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const start = one.calls.transaction(async (tx) => {
      expect(await tx.holdSwitch()).toBeNull();
      held.resolve();
      await release.promise;
      order.push('started');
    });
    await held.promise;
    const paused = pause(other).then(() => order.push('paused'));
    // It is known to wait when the server says so.
    await expect
      .poll(
        async () => {
          const { rows } = await sql<{
            waiting: number;
          }>`select count(*)::int as waiting from pg_locks where not granted`.execute(one.database);
          return rows[0]?.waiting;
        },
        { timeout: 20_000 },
      )
      .toBeGreaterThan(0);
    release.resolve();
    await Promise.all([start, paused]);
    expect(order).toEqual(['started', 'paused']);
    expect(await one.calls.transaction((tx) => tx.holdSwitch())).not.toBeNull();
  });
});
