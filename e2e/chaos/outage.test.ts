import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type CallbackReceiver,
  type CarrierCall,
  startCallbackReceiver,
  startOutdial,
  startPostgres,
  type TestPostgres,
} from '@outdial/lab';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectPromiseKept, type Seen } from '../src/promise.ts';
import { useStack } from '../src/stack.ts';

const ANSWERS = '0491570156';
const BUSY = '0491570157';
const RINGS = '0491570158';
const OUTAGE_MS = 10_000;
const SETTLE_MS = 60_000;
const LIMIT_MS = 240_000;

const IS_BUSY = { status: 'busy', outcome: { end_reason: 'busy', sip: { status: 486 } } };
const LOST_BY_PLATFORM = {
  status: 'completed',
  outcome: { end_reason: 'agent_error', blame: 'platform', retry: 'no', hung_up_by: 'platform' },
};

describe('while something is away', () => {
  let postgres: TestPostgres;
  let receiver: CallbackReceiver;
  let database: string;
  beforeAll(async () => {
    [postgres, receiver] = await Promise.all([startPostgres(), startCallbackReceiver()]);
    database = await postgres.newDatabase();
  }, LIMIT_MS);
  afterAll(async () => {
    await receiver.close();
    await postgres.stop();
  });
  const shared = () => ({
    DATABASE_URL: database,
    CALLBACK_URL: receiver.url('/ended'),
    CALLBACK_ALLOWED_HOSTS: '127.0.0.1',
    MAX_CONCURRENT_CALLS: '6',
    CALLS_PER_SECOND: '50',
  });
  const stack = useStack(shared);

  const place = async (accountCode: string, fields: Record<string, unknown>): Promise<string> =>
    (await stack.outdial.dispatch({ account_code: accountCode, ...fields })).id;
  const placeBusy = (accountCode: string): Promise<string> => place(accountCode, { destination: BUSY });
  const reached = (id: string, time: 'ringing_at' | 'answered_at') =>
    expect
      .poll(async () => (await stack.outdial.call(id))[time], { timeout: SETTLE_MS, message: time })
      .not.toBeNull();
  /** A call that has been answered and hears the agent speak. */
  const placeLive = async (accountCode: string, seconds: number): Promise<string> => {
    const before = stack.lab.speech.tts.spoken().length;
    const id = await place(accountCode, { destination: ANSWERS, max_call_seconds: seconds });
    await reached(id, 'answered_at');
    await expect
      .poll(() => stack.lab.speech.tts.spoken().length, { timeout: SETTLE_MS })
      .toBeGreaterThan(before);
    return id;
  };
  const kept = (ids: readonly string[]): Promise<Seen> =>
    expectPromiseKept(stack, ids, { callbacks: () => receiver.requests('/ended'), quietMs: SETTLE_MS });
  /** Waits until the carrier has seen the end of these dials: nobody is left ringing or on a silent line. */
  const expectOver = (dialed: readonly CarrierCall[]) =>
    expect
      .poll(
        async () =>
          (await stack.lab.carrier.records())
            .filter(({ callId }) => dialed.some((dial) => dial.callId === callId))
            .flatMap(({ callId, endedAt }) => (endedAt === null ? [callId] : [])),
        { timeout: SETTLE_MS },
      )
      .toEqual([]);

  test(
    'livekit-server dies and comes back: calls end with what is known, and the next one works',
    async () => {
      const { lab } = stack;
      const live = await placeLive('server-live', 90);
      const ringing = await place('server-ringing', { destination: RINGS, ring_timeout_seconds: 30 });
      await reached(ringing, 'ringing_at');
      await lab.parts.livekitServer.kill();
      await lab.parts.livekitServer.start();
      await lab.ready(SETTLE_MS);
      const next = await placeBusy('server-next');
      const { records, dialed } = await kept([live, ringing, next]);
      expect(records).toMatchObject([
        LOST_BY_PLATFORM,
        {
          status: 'unknown',
          outcome: { end_reason: 'outcome_unknown', blame: 'platform', retry: 'no', rang: true },
        },
        IS_BUSY,
      ]);
      expect(dialed).toHaveLength(3);
      await expectOver(dialed);
    },
    LIMIT_MS,
  );

  test(
    'livekit-sip dies: its calls are lost, new ones end undialled, and all works once it is back',
    async () => {
      const { lab } = stack;
      const live = await placeLive('sip-live', 90);
      await lab.parts.livekitSip.kill();
      const during = await placeBusy('sip-during');
      await stack.outdial.ended(during);
      await lab.parts.livekitSip.start();
      await lab.ready(SETTLE_MS);
      const next = await placeBusy('sip-next');
      await stack.outdial.ended(live);
      // Who died sent no BYE, and nobody else can: the callee has to hang up.
      expect(await lab.phones.hangUp(ANSWERS)).toBe(1);
      const { records, dialed } = await kept([live, during, next]);
      expect(records).toMatchObject([
        LOST_BY_PLATFORM,
        { status: 'failed', outcome: { end_reason: 'sip_unavailable', blame: 'platform', retry: 'later' } },
        IS_BUSY,
      ]);
      expect(dialed).toHaveLength(2);
    },
    LIMIT_MS,
  );

  test(
    'Redis is away for ten seconds: the call in progress has its outcome, a new one waits',
    async () => {
      const { lab } = stack;
      const live = await placeLive('redis-live', 25);
      await lab.redisLink.cut();
      const during = await placeBusy('redis-during');
      await pause(OUTAGE_MS);
      await lab.redisLink.mend();
      await lab.ready(SETTLE_MS);
      const next = await placeBusy('redis-next');
      const { records, dialed } = await kept([live, during, next]);
      expect(records).toMatchObject([{ status: 'completed' }, IS_BUSY, IS_BUSY]);
      // Media needs no Redis, but what livekit-server tells the agent's connection goes through it.
      expect(records[0]?.outcome?.end_reason).toMatch(/^(max_duration|agent_error)$/);
      expect(dialed).toHaveLength(3);
      await expectOver(dialed);
    },
    LIMIT_MS,
  );

  test(
    'Postgres dies under load: what was accepted is there and dialled once, and a live call goes on',
    async () => {
      const live = await placeLive('ramp-live', 20);
      const accepted: string[] = [];
      const statuses: number[] = [];
      for (let n = 0; n < 20; n += 1) {
        if (n === 8) await postgres.kill();
        if (n === 14) await postgres.restart();
        const { status, body } = await stack.outdial.request('/dispatch', {
          method: 'POST',
          body: JSON.stringify({ destination: BUSY, account_code: `ramp-${n}` }),
        });
        statuses.push(status);
        if (status === 202) accepted.push((body as { id: string }).id);
      }
      expect(new Set(statuses)).toEqual(new Set([202, 503]));
      expect(accepted.length).toBeGreaterThanOrEqual(8);
      const { records, dialed } = await kept([live, ...accepted]);
      expect(records).toMatchObject([
        { status: 'completed', outcome: { end_reason: 'max_duration', hung_up_by: 'agent' } },
        ...accepted.map(() => IS_BUSY),
      ]);
      expect(dialed).toHaveLength(accepted.length + 1);
      await expectOver(dialed);
    },
    LIMIT_MS,
  );

  test(
    'two bridges on one database: each knows the calls of the other',
    async () => {
      const { lab, outdial } = stack;
      const { AGENT_REPORT_SECRET = '', BRIDGE_API_KEYS = '' } = outdial.env;
      const other = await startOutdial({
        dir: join(lab.dir, 'other'),
        env: { ...lab.env, ...shared(), AGENT_REPORT_SECRET, BRIDGE_API_KEYS },
        withAgent: false,
      });
      try {
        const here = await placeBusy('here');
        const there = (await other.dispatch({ destination: BUSY, account_code: 'there' })).id;
        const body = { method: 'POST', body: JSON.stringify({ destination: BUSY, account_code: 'here' }) };
        expect((await other.request('/dispatch', body)).body).toMatchObject({ id: here, duplicate_of: here });
        expect(await Promise.all([other.ended(here), outdial.ended(there)])).toMatchObject([
          IS_BUSY,
          IS_BUSY,
        ]);
        await other.stop();
        const { dialed } = await kept([here, there]);
        expect(dialed).toHaveLength(2);
      } finally {
        await other.stop();
      }
    },
    LIMIT_MS,
  );
});
