import { acceptRefer } from '@outdial/lab';
import { afterAll, describe, expect, test } from 'vitest';
import { createAgentWay } from '../src/agent-way.ts';
import { spareNumber } from '../src/scenario-call.ts';
import { useStack } from '../src/stack.ts';
import { CALLBACKS_ALLOWED, until, watchCalls } from '../src/watched-calls.ts';

const ANSWERS = '0491570156';
const BUSY = '0491570157';
const RINGS = '0491570158';
const TARGET = '0255500100';
const LIMIT_MS = 100_000;
const HOUR_MS = 3_600_000;

const NOT_ANSWERED = {
  status: 'canceled',
  answered_at: null,
  outcome: { end_reason: 'canceled_by_api', blame: 'caller', retry: 'no', hung_up_by: 'api', talk_ms: null },
};
const ANSWERED = {
  status: 'completed',
  answered_at: expect.any(String),
  outcome: { end_reason: 'canceled_by_api', hung_up_by: 'api', talk_ms: expect.any(Number) },
};

describe('a cancel', () => {
  const way = createAgentWay(() => stack.outdial);
  const stack = useStack(
    () => ({ ...CALLBACKS_ALLOWED, MAX_CONCURRENT_CALLS: '10' }),
    () => ({ agentEnv: way.env }),
  );
  const calls = watchCalls(stack);
  afterAll(() => way.close());

  test.concurrent(
    'while queued ends the call at once',
    async ({ expect }) => {
      const at = new Date(Date.now() + HOUR_MS).toISOString();
      const id = await calls.place('queued', { destination: BUSY, schedule_at: at });
      expect(await calls.cancel(id)).toBe(202);
      expect(await stack.outdial.call(id)).toMatchObject({
        ...NOT_ANSWERED,
        dispatched_at: null,
        room: null,
      });
      expect(await calls.dial('queued')).toBeUndefined();
    },
    LIMIT_MS,
  );

  test.concurrent(
    'while a job asks for its grant ends the call at once, and the job gets none',
    async ({ expect }) => {
      const asked = Promise.withResolvers<void>();
      const canceled = Promise.withResolvers<void>();
      way.breakFor('dispatched', ({ path }) => {
        if (path !== 'grant') return;
        asked.resolve();
        return { kind: 'hold', until: canceled.promise };
      });
      const id = await calls.placeInTurn('dispatched', { destination: BUSY });
      await asked.promise;
      expect(await calls.cancel(id)).toBe(202);
      canceled.resolve();
      expect(await stack.outdial.call(id)).toMatchObject({ ...NOT_ANSWERED, dialing_at: null });
      await until('a job without a grant', () =>
        stack.outdial
          .log('agent')
          .split('\n')
          .some((line) => line.includes(id) && line.includes('"reason":"canceled"')),
      );
      expect(await calls.dial('dispatched')).toBeUndefined();
    },
    LIMIT_MS,
  );

  test.concurrent(
    'between the grant and the INVITE leaves nobody ringing',
    async ({ expect }) => {
      const canceled = Promise.withResolvers<void>();
      way.breakFor('granted', ({ path }) =>
        path === 'grant' ? { kind: 'hold-answer', until: canceled.promise } : undefined,
      );
      const id = await calls.placeInTurn('granted', { destination: RINGS, ring_timeout_seconds: 60 });
      await calls.reached(id, 'dialing_at');
      expect(await calls.cancel(id)).toBe(202);
      canceled.resolve();
      expect(await stack.outdial.ended(id)).toMatchObject(NOT_ANSWERED);
      // The INVITE may have been on its way already; if so, it was taken back.
      if ((await calls.dial('granted')) !== undefined) {
        expect(await calls.dialOver('granted')).toMatchObject({ endedWith: 'CANCEL', endedBy: 'caller' });
      }
    },
    LIMIT_MS,
  );

  test.concurrent(
    'while it rings, asked for twice at once, sends one CANCEL; after the end it is refused',
    async ({ expect }) => {
      const id = await calls.placeInTurn('ringing', { destination: RINGS, ring_timeout_seconds: 60 });
      await calls.reached(id, 'ringing_at');
      expect(await Promise.all([calls.cancel(id), calls.cancel(id)])).toEqual([202, 202]);
      expect(await stack.outdial.ended(id)).toMatchObject({
        ...NOT_ANSWERED,
        outcome: { ...NOT_ANSWERED.outcome, rang: true },
      });
      const dial = await calls.dialOver('ringing');
      expect(dial).toMatchObject({ endedWith: 'CANCEL', endedBy: 'caller' });
      expect(dial.events.filter(({ method, status }) => method === 'CANCEL' && status === null)).toHaveLength(
        1,
      );
      const { status, body } = await stack.outdial.request(`/calls/${id}/cancel`, { method: 'POST' });
      expect([status, body]).toEqual([409, expect.objectContaining({ code: 'call_ended' })]);
      const events = await stack.outdial.request(`/calls/${id}/events`);
      expect(String(events.body).split('event: call.cancel_requested\n')).toHaveLength(2);
    },
    LIMIT_MS,
  );

  test.concurrent(
    'at the moment of the answer, before the bridge has heard of it, ends an answered call',
    async ({ expect }) => {
      const canceled = Promise.withResolvers<void>();
      way.breakFor('answer', ({ type }) =>
        type === 'answered' ? { kind: 'hold', until: canceled.promise } : undefined,
      );
      const id = await calls.placeInTurn('answer', { destination: ANSWERS });
      await until('the answer', async () => (await calls.dial('answer'))?.answeredAt);
      expect((await stack.outdial.call(id)).answered_at).toBeNull();
      expect(await calls.cancel(id)).toBe(202);
      canceled.resolve();
      expect(await stack.outdial.ended(id)).toMatchObject(ANSWERED);
      expect(await calls.dialOver('answer')).toMatchObject({ endedWith: 'BYE', endedBy: 'caller' });
    },
    LIMIT_MS,
  );

  test.concurrent(
    'in the call sends BYE',
    async ({ expect }) => {
      const id = await calls.placeInTurn('in-call', { destination: ANSWERS });
      await calls.reached(id, 'answered_at');
      expect(await calls.cancel(id)).toBe(202);
      expect(await stack.outdial.ended(id)).toMatchObject(ANSWERED);
      expect(await calls.dialOver('in-call')).toMatchObject({ endedWith: 'BYE', endedBy: 'caller' });
    },
    LIMIT_MS,
  );

  test.concurrent(
    'while a REFER waits for its result sends BYE, and the target may have been called',
    async ({ expect }) => {
      const number = spareNumber(0);
      const scenario = acceptRefer({ does: 'nothing', hangUpAfterMs: 60_000 });
      const phone = await stack.lab.phones.add(number, { scenario, words: [7_000, 'transfer'] });
      try {
        const id = await calls.placeInTurn('refer', { destination: number, transfer_target: TARGET });
        await until('the REFER', async () => (await calls.dial('refer'))?.refer?.status);
        expect(await calls.cancel(id)).toBe(202);
        expect(await stack.outdial.ended(id)).toMatchObject({
          ...ANSWERED,
          outcome: { ...ANSWERED.outcome, transfer: { mode: 'refer', result: 'unknown' } },
        });
        const dial = await calls.dialOver('refer');
        expect(dial).toMatchObject({ endedWith: 'BYE', endedBy: 'caller' });
        expect(
          dial.events.filter(({ method, status }) => method === 'REFER' && status === null),
        ).toHaveLength(1);
      } finally {
        await phone.remove();
      }
    },
    LIMIT_MS,
  );

  test('all of them kept the promise', () => calls.expectPromise(7), LIMIT_MS);
});
