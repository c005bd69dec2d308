import type { CallRecord } from '@outdial/lab';
import { afterAll, describe, test } from 'vitest';
import { createAgentWay } from '../src/agent-way.ts';
import { useStack } from '../src/stack.ts';
import { CALLBACKS_ALLOWED, until, watchCalls } from '../src/watched-calls.ts';

const ANSWERS = '0491570156';
const BUSY = '0491570157';
const RINGS = '0491570158';
/** Answers and stays on the line; a voicemail would be hung up on. */
const LISTENS = '0255500100';
const LIMIT_MS = 100_000;
const STOPPED_MS = 20_000;

const timeOf = (record: CallRecord, field: string): number => Date.parse(String(record[field]));

describe('when the job of a call dies, or cannot speak', () => {
  const way = createAgentWay(() => stack.outdial);
  const stack = useStack(
    () => ({ ...CALLBACKS_ALLOWED, MAX_CONCURRENT_CALLS: '10' }),
    () => ({ agentEnv: way.env }),
  );
  const calls = watchCalls(stack);
  afterAll(() => way.close());

  test.concurrent(
    'killed before its grant: another job takes the call, and the late question changes nothing',
    async ({ expect }) => {
      const asked = Promise.withResolvers<void>();
      const late = Promise.withResolvers<void>();
      way.breakFor('before-grant', ({ path, dispatch }) => {
        if (path !== 'grant' || dispatch !== 1) return;
        asked.resolve();
        return { kind: 'hold', until: late.promise };
      });
      const id = await calls.placeInTurn('before-grant', { destination: BUSY });
      await asked.promise;
      process.kill(await calls.job(id), 'SIGKILL');
      const record = await stack.outdial.ended(id);
      expect(record).toMatchObject({ status: 'busy' });
      expect(record.room).toMatch(/-[2-9]$/);
      late.resolve();
      expect(await calls.dial('before-grant')).toBeDefined();
    },
    LIMIT_MS,
  );

  test.concurrent(
    'killed between its grant and the INVITE: nothing is dialled, and nobody claims to know',
    async ({ expect }) => {
      const killed = Promise.withResolvers<void>();
      way.breakFor('before-invite', ({ path }) =>
        path === 'grant' ? { kind: 'hold-answer', until: killed.promise } : undefined,
      );
      const id = await calls.placeInTurn('before-invite', { destination: BUSY });
      await calls.reached(id, 'dialing_at');
      process.kill(await calls.job(id), 'SIGKILL');
      killed.resolve();
      expect(await stack.outdial.ended(id)).toMatchObject({
        status: 'unknown',
        outcome: { end_reason: 'outcome_unknown', retry: 'no' },
      });
      expect(await calls.dial('before-invite')).toBeUndefined();
    },
    LIMIT_MS,
  );

  test.concurrent(
    'stopped for 20 s between its grant and the INVITE: it dials nothing and says so',
    async ({ expect }) => {
      const stopped = Promise.withResolvers<void>();
      way.breakFor('stopped', ({ path }) =>
        path === 'grant' ? { kind: 'hold-answer', until: stopped.promise } : undefined,
      );
      const id = await calls.placeInTurn('stopped', { destination: BUSY });
      const record = await calls.reached(id, 'dialing_at');
      await until('the agent in its room', () =>
        stack.lab.webhooks
          .received()
          .some(({ event, room }) => event === 'participant_joined' && room === record.room),
      );
      const job = await calls.job(id);
      process.kill(job, 'SIGSTOP');
      stopped.resolve();
      try {
        await until('20 s', () => Date.now() > timeOf(record, 'dialing_at') + STOPPED_MS);
        expect((await stack.outdial.call(id)).outcome).toBeNull();
      } finally {
        process.kill(job, 'SIGCONT');
      }
      expect(await stack.outdial.ended(id)).toMatchObject({
        status: 'failed',
        outcome: { end_reason: 'not_dialed', blame: 'platform', retry: 'later' },
      });
      expect(await calls.dial('stopped')).toBeUndefined();
    },
    LIMIT_MS,
  );

  test.concurrent(
    'killed while the phone rings: the ringing stops, and the call is not placed again',
    async ({ expect }) => {
      const id = await calls.placeInTurn('ringing', { destination: RINGS, ring_timeout_seconds: 60 });
      await calls.reached(id, 'ringing_at');
      process.kill(await calls.job(id), 'SIGKILL');
      const record = await stack.outdial.ended(id);
      expect(record).toMatchObject({
        status: 'failed',
        answered_at: null,
        outcome: { end_reason: 'agent_lost', blame: 'platform', retry: 'no', rang: true },
      });
      expect(await calls.dialOver('ringing')).toMatchObject({ endedWith: 'CANCEL', endedBy: 'caller' });
      expect(timeOf(record, 'ended_at') - timeOf(record, 'ringing_at')).toBeLessThan(60_000);
    },
    LIMIT_MS,
  );

  test.concurrent(
    'killed in the call: the callee gets a BYE',
    async ({ expect }) => {
      const id = await calls.placeInTurn('in-call', { destination: ANSWERS });
      await calls.reached(id, 'answered_at');
      process.kill(await calls.job(id), 'SIGKILL');
      expect(await stack.outdial.ended(id)).toMatchObject({
        status: 'failed',
        outcome: { end_reason: 'agent_lost', blame: 'platform', retry: 'no', talk_ms: expect.any(Number) },
      });
      expect(await calls.dialOver('in-call')).toMatchObject({ endedWith: 'BYE', endedBy: 'caller' });
    },
    LIMIT_MS,
  );

  test.concurrent(
    'cut off from the bridge for the whole call: the call goes on, and its report comes by the spool',
    async ({ expect }) => {
      way.breakFor('cut-off', ({ path }) => (path === 'reports' ? 'drop' : undefined));
      const id = await calls.placeInTurn('cut-off', { destination: LISTENS, max_call_seconds: 10 });
      await until('the report in the spool', () =>
        stack.outdial
          .log('agent')
          .split('\n')
          .some((line) => line.includes(id) && line.includes('waits in the spool')),
      );
      way.breakFor('cut-off', null);
      // The bridge waited while the agent was in its room, and closed the call when nobody was there any more.
      expect(await stack.outdial.ended(id)).toMatchObject({
        status: 'failed',
        outcome: { end_reason: 'agent_lost', blame: 'platform', retry: 'no' },
      });
      const dial = await calls.dialOver('cut-off');
      expect(dial).toMatchObject({ endedWith: 'BYE', endedBy: 'caller' });
      expect(Number(dial.endedAt) - Number(dial.answeredAt)).toBeGreaterThan(9_000);
      await until('the report out of the spool', () =>
        stack.outdial
          .log('agent')
          .split('\n')
          .some((line) => line.includes(id) && line.includes('a report left the spool')),
      );
    },
    LIMIT_MS,
  );

  test('all of them kept the promise', () => calls.expectPromise(6), LIMIT_MS);
});
