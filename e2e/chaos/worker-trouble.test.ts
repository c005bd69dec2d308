import { type Outdial, startOutdial } from '@outdial/lab';
import { afterAll, describe, expect, test } from 'vitest';
import { createAgentWay } from '../src/agent-way.ts';
import { useStack } from '../src/stack.ts';
import { CALLBACKS_ALLOWED, until, watchCalls } from '../src/watched-calls.ts';

const ANSWERS = '0491570156';
const BUSY = '0491570157';
const RINGS = '0491570158';
/** Answers and stays on the line; a voicemail would be hung up on. */
const LISTENS = '0255500100';
const LIMIT_MS = 120_000;

/** The bridge's limit. The worker's is lower, and it keeps two more places for jobs that are leaving. */
const LIMITS = { MAX_CONCURRENT_CALLS: '3', CALLS_PER_SECOND: '50' };
const WORKER_LIMIT = 2;
const WORKER_PLACES = WORKER_LIMIT + 2;
/** What workers of one bridge have in common. */
const SHARED = ['AGENT_REPORT_SECRET', 'BRIDGE_API_KEYS', 'BRIDGE_URL'];

describe('when a worker dies, stops or is told to go', () => {
  const way = createAgentWay(() => stack.outdial);
  const stack = useStack(
    () => ({ ...CALLBACKS_ALLOWED, ...LIMITS }),
    () => ({
      agentEnv: async (bridgeUrl) => ({
        ...(await way.env(bridgeUrl)),
        MAX_CONCURRENT_CALLS: String(WORKER_LIMIT),
      }),
    }),
  );
  const calls = watchCalls(stack);
  afterAll(() => way.close());

  /** A second worker for the same bridge, while `work` runs. */
  const withSecondWorker = async (name: string, work: (second: Outdial) => Promise<void>): Promise<void> => {
    const { env } = stack.outdial;
    const shared = Object.fromEntries(SHARED.map((name) => [name, env[name] ?? '']));
    const second = await startOutdial({
      dir: `${stack.lab.dir}/${name}`,
      env: { ...stack.lab.env, ...LIMITS, ...shared },
      withBridge: false,
      agentEnv: way.env,
    });
    try {
      await work(second);
    } finally {
      await second.stop();
    }
  };
  const logged = (words: string, id = '') =>
    until(`"${words}" of the agent`, () =>
      stack.outdial
        .log('agent')
        .split('\n')
        .some((line) => line.includes(words) && line.includes(id)),
    );

  test(
    'its parent killed: the jobs end their calls themselves, and a new worker takes calls',
    async () => {
      const ids = [
        await calls.placeInTurn('orphan-1', { destination: ANSWERS }),
        await calls.placeInTurn('orphan-2', { destination: LISTENS }),
      ];
      for (const id of ids) await calls.reached(id, 'answered_at');
      await stack.outdial.kill('agent', 'SIGKILL', { wholeGroup: false });
      for (const id of ids) {
        expect(await stack.outdial.ended(id)).toMatchObject({
          status: 'completed',
          outcome: { end_reason: 'agent_error', blame: 'platform', retry: 'no', hung_up_by: 'platform' },
        });
      }
      for (const code of ['orphan-1', 'orphan-2']) {
        expect(await calls.dialOver(code)).toMatchObject({ endedWith: 'BYE', endedBy: 'caller' });
      }
      await stack.outdial.restart('agent');
      const next = await calls.place('after-orphans', { destination: BUSY });
      expect(await stack.outdial.ended(next)).toMatchObject({ status: 'busy' });
      await calls.expectPromise(3);
    },
    LIMIT_MS,
  );

  test(
    'its parent killed while the bridge is away: the next worker brings the report',
    async () => {
      const id = await calls.place('orphan-report', { destination: LISTENS });
      await calls.reached(id, 'answered_at');
      stack.outdial.bridge?.pause();
      try {
        await stack.outdial.kill('agent', 'SIGKILL', { wholeGroup: false });
        await logged('waits in the spool', id);
        await stack.outdial.restart('agent');
      } finally {
        stack.outdial.bridge?.resume();
      }
      expect(await stack.outdial.ended(id)).toMatchObject({
        status: 'completed',
        outcome: { end_reason: 'agent_error', hung_up_by: 'platform' },
      });
      expect(await calls.dialOver('orphan-report')).toMatchObject({ endedWith: 'BYE', endedBy: 'caller' });
      await logged('a report left the spool', id);
      await calls.expectPromise(1);
    },
    LIMIT_MS,
  );

  test(
    'one of two stopped with a job in its hands: the other takes the call, or nobody does',
    async () => {
      await withSecondWorker('second', async (second) => {
        const asked = Promise.withResolvers<void>();
        const late = Promise.withResolvers<void>();
        way.breakFor('two-workers', ({ path, dispatch }) => {
          if (path !== 'grant' || dispatch !== 1) return;
          asked.resolve();
          return { kind: 'hold', until: late.promise };
        });
        const id = await calls.place('two-workers', { destination: BUSY });
        await asked.promise;
        const holds = ({ jobs }: Outdial) => jobs().some(({ room }) => room.includes(id));
        const holder = [stack.outdial, second].find(holds);
        expect(holder).toBeDefined();
        holder?.pause('agent');
        try {
          // livekit-server 1.13 asks a worker that does not answer again and again, by chance, and nobody else.
          const { outcome } = await stack.outdial.ended(id);
          expect(['busy', 'agent_unavailable']).toContain(outcome?.end_reason);
          expect((await calls.dial('two-workers')) === undefined).toBe(outcome?.end_reason !== 'busy');
          late.resolve();
        } finally {
          holder?.resume('agent');
        }
        await until('no job of the call', () => ![stack.outdial, second].some(holds));
      });
      const next = await calls.place('one-worker', { destination: BUSY });
      expect(await stack.outdial.ended(next)).toMatchObject({ status: 'busy' });
      await calls.expectPromise(2);
    },
    LIMIT_MS,
  );

  test(
    'the only one stopped until the call was dispatched again: one job takes it, once',
    async () => {
      stack.outdial.pause('agent');
      const id = await calls.place('only-worker', { destination: BUSY });
      try {
        await until('a second dispatch', async () => {
          const { room } = await stack.outdial.call(id);
          return String(room).endsWith('-2');
        });
      } finally {
        stack.outdial.resume('agent');
      }
      expect(await stack.outdial.ended(id)).toMatchObject({ status: 'busy' });
      expect(await calls.dial('only-worker')).toBeDefined();
      await calls.expectPromise(1);
    },
    LIMIT_MS,
  );

  test(
    'its warm process killed, more often than it has places: each call happens once, and no place is lost',
    async () => {
      for (let n = 0; n <= WORKER_PLACES; n += 1) {
        process.kill(await until('a warm process', () => stack.outdial.warmPids()[0]), 'SIGKILL');
        const id = await calls.place(`warm-${n}`, { destination: BUSY });
        expect(await stack.outdial.ended(id)).toMatchObject({ status: 'busy' });
        expect(await calls.dial(`warm-${n}`)).toBeDefined();
      }
      const ids = [];
      for (let n = 0; n < WORKER_LIMIT; n += 1) {
        ids.push(await calls.placeInTurn(`place-${n}`, { destination: RINGS, ring_timeout_seconds: 60 }));
      }
      for (const id of ids) await calls.reached(id, 'ringing_at');
      for (const id of ids) expect(await calls.cancel(id)).toBe(202);
      await calls.expectPromise(WORKER_PLACES + 1 + WORKER_LIMIT);
    },
    LIMIT_MS,
  );

  test(
    'told to go with two live calls: both go on to their own end, and another worker takes what comes',
    async () => {
      const ids = [
        await calls.placeInTurn('last-1', { destination: ANSWERS }),
        await calls.placeInTurn('last-2', { destination: LISTENS }),
      ];
      for (const id of ids) await calls.reached(id, 'answered_at');
      const ending = stack.outdial.stopApp('agent');
      await logged('draining');
      await withSecondWorker('relief', async () => {
        const next = await calls.place('relieved', { destination: BUSY });
        expect(await stack.outdial.ended(next)).toMatchObject({ status: 'busy' });
        for (const id of ids) expect((await stack.outdial.call(id)).status).toBe('in_progress');
        for (const number of [ANSWERS, LISTENS]) await stack.lab.phones.hangUp(number);
        for (const id of ids) {
          expect(await stack.outdial.ended(id)).toMatchObject({
            status: 'completed',
            outcome: { end_reason: 'callee_hangup', hung_up_by: 'callee' },
          });
        }
        expect(await ending).toMatchObject({ code: 0, signal: null });
      });
      await stack.outdial.restart('agent');
      await calls.expectPromise(3);
    },
    LIMIT_MS,
  );
});
