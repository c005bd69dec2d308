import { join } from 'node:path';
import {
  type CallbackReceiver,
  type CallRecord,
  type CarrierCall,
  startCallbackReceiver,
  startOutdial,
} from '@outdial/lab';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectPromiseKept } from '../src/promise.ts';
import { expectNoRooms, expectQuiet, only, useStack } from '../src/stack.ts';

const ANSWERS = '0491570156';
const BUSY = '0491570157';
const RINGS = '0491570158';
const DECLINES = '0491570159';
const LIMIT_MS = 120_000;

const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString();
const ms = (time: unknown): number => Date.parse(String(time));

describe('a call over time', () => {
  let receiver: CallbackReceiver;
  beforeAll(async () => {
    receiver = await startCallbackReceiver();
  });
  afterAll(() => receiver.close());
  const stack = useStack(() => ({
    MAX_CONCURRENT_CALLS: '6',
    CALLS_PER_SECOND: '50',
    CALLBACK_ALLOWED_HOSTS: '127.0.0.1',
  }));

  const dialsOf = async (accountCode: string): Promise<CarrierCall[]> =>
    (await stack.lab.carrier.records()).filter(
      ({ headers, referredBy }) =>
        referredBy === null && headers['X-Account-Code']?.includes(accountCode) === true,
    );
  const callsOf = async (accountCode: string): Promise<readonly CallRecord[]> => {
    const { body } = await stack.outdial.request(`/calls?account_code=${accountCode}`);
    return (body as { data: CallRecord[] }).data.toReversed();
  };

  // It waits a whole minute in between, so it begins here and is looked at last.
  beforeAll(async () => {
    await stack.outdial.dispatch({
      destination: BUSY,
      account_code: 'attempts',
      max_attempts: 2,
      retry_minutes: [1],
      callback_url: receiver.url('/attempts'),
    });
  }, LIMIT_MS);

  test(
    'does not start before its time',
    async () => {
      const time = inSeconds(5);
      const { id } = await stack.outdial.dispatch({
        destination: BUSY,
        account_code: 'scheduled',
        schedule_at: time,
      });
      const { records, dialed } = await expectPromiseKept(stack, [id]);
      expect(records[0]).toMatchObject({ status: 'busy', scheduled_for: time });
      expect(ms(records[0]?.dispatched_at)).toBeGreaterThanOrEqual(ms(time));
      expect(only(dialed).startedAt).toBeGreaterThanOrEqual(ms(time));
    },
    LIMIT_MS,
  );

  test(
    'that no agent takes before not_after expires and is never dialled',
    async () => {
      const { lab } = stack;
      const alone = await startOutdial({
        dir: join(lab.dir, 'no-agent'),
        env: { ...lab.env, AGENT_NAME: 'nobody' },
        withAgent: false,
      });
      try {
        const { id } = await alone.dispatch({
          destination: BUSY,
          account_code: 'expires',
          not_after: inSeconds(7),
        });
        expect(await alone.ended(id)).toMatchObject({
          status: 'canceled',
          dialing_at: null,
          outcome: { end_reason: 'expired', blame: 'caller' },
        });
        expect(await dialsOf('expires')).toEqual([]);
        // Before its bridge goes: nobody else clears them at once.
        await expectNoRooms(stack);
      } finally {
        await alone.stop();
      }
      await expectQuiet(stack);
    },
    LIMIT_MS,
  );

  test(
    'is told to who waits for its end, and step by step to who listens',
    async () => {
      const { id } = await stack.outdial.dispatch({
        destination: ANSWERS,
        account_code: 'told',
        max_call_seconds: 10,
      });
      const [waited, stream] = await Promise.all([
        stack.outdial.request(`/calls/${id}?wait=25`),
        stack.outdial.request(`/calls/${id}/events`),
      ]);
      expect(waited.body).toMatchObject({ id, status: 'completed', outcome: { end_reason: 'max_duration' } });
      const events = [...String(stream.body).matchAll(/^event: (.+)$/gm)].map(([, type]) => type);
      expect(events).toEqual([
        'call.queued',
        'call.dispatched',
        'call.dialing',
        'call.ringing',
        'call.answered',
        'call.ended',
        'call.result',
      ]);
      await expectPromiseKept(stack, [id]);
    },
    LIMIT_MS,
  );

  test(
    'is placed once more when that is asked for, however often it is asked',
    async () => {
      const first = await stack.outdial.dispatch({ destination: BUSY, account_code: 'again' });
      await stack.outdial.ended(first.id);
      const retry = () => stack.outdial.request(`/calls/${first.id}/retry`, { method: 'POST' });
      const answers = await Promise.all([retry(), retry()]);
      expect(answers.map(({ status }) => status)).toEqual([202, 202]);
      const [id, other] = answers.map(({ body }) => (body as { id: string }).id);
      expect(other).toBe(id);
      expect(await stack.outdial.ended(String(id))).toMatchObject({ status: 'busy', retry_of: first.id });
      expect((await callsOf('again')).map((call) => call.id)).toEqual([first.id, id]);
      expect(await dialsOf('again')).toHaveLength(2);
      await expectQuiet(stack);
    },
    LIMIT_MS,
  );

  test('ends the same whatever becomes of LiveKit’s webhooks', async () => {
    const { lab, outdial } = stack;
    const kinds: readonly [string, Record<string, unknown>][] = [
      ['busy', { destination: BUSY }],
      ['declines', { destination: DECLINES }],
      ['rings', { destination: RINGS, ring_timeout_seconds: 5 }],
      ['answers', { destination: ANSWERS, max_call_seconds: 10 }],
    ];
    const place = async (mode: 'pass' | 'drop' | 'hold'): Promise<string[]> => {
      lab.webhooks.setMode(mode);
      const accepted = await Promise.all(
        kinds.map(([name, body]) => outdial.dispatch({ ...body, account_code: `${mode}-${name}` })),
      );
      const ids = accepted.map(({ id }) => id);
      await Promise.all(ids.map((id) => outdial.ended(id)));
      return ids;
    };
    const endOf = ({ status, outcome, answered_at }: CallRecord) => {
      const { end_reason, message, ...more } = outcome as NonNullable<CallRecord['outcome']>;
      const { sip, hung_up_by, rang } = more as Record<string, unknown>;
      return {
        status,
        end_reason,
        message,
        hung_up_by,
        // Whether nothing was heard is only known where the agent was in the room early enough.
        rang: rang === true,
        answered: answered_at !== null,
        sip: (sip as { status: number }).status,
      };
    };

    const dropped = await place('drop');
    const held = await place('hold');
    const before = await Promise.all(held.map((id) => outdial.call(id)));
    const sent = await lab.webhooks.release({ order: 'shuffled', times: 2 });
    expect(sent.length).toBeGreaterThan(kinds.length * 2);
    const passed = await place('pass');

    const { records, dialed } = await expectPromiseKept(stack, [...dropped, ...held, ...passed]);
    expect(dialed).toHaveLength(kinds.length * 3);
    const perMode = [0, 1, 2].map((round) =>
      records.slice(round * kinds.length, (round + 1) * kinds.length).map(endOf),
    );
    expect(perMode[0]?.map(({ end_reason }) => end_reason)).toEqual([
      'busy',
      'declined',
      'no_answer',
      'max_duration',
    ]);
    expect(perMode[1]).toEqual(perMode[0]);
    expect(perMode[2]).toEqual(perMode[0]);
    // What came late and twice changed no end.
    const after = records.slice(kinds.length, 2 * kinds.length);
    expect(after.map(({ outcome, ended_at }) => [outcome, ended_at])).toEqual(
      before.map(({ outcome, ended_at }) => [outcome, ended_at]),
    );
    for (const record of records.slice(2 * kinds.length, 2 * kinds.length + 2)) {
      const own = dialed.filter((call) => call.headers['X-Account-Code']?.[0] === record.account_code);
      expect(record.outcome).toMatchObject({ sip: { call_id: only(own).callId } });
    }
  }, 180_000);

  test(
    'that was busy is tried again after its minute, and told once, after the last attempt',
    async () => {
      await expect.poll(async () => (await callsOf('attempts')).length, { timeout: 60_000 }).toBe(2);
      const [first, second] = await callsOf('attempts');
      const last = await stack.outdial.ended(String(second?.id));
      expect(last).toMatchObject({ status: 'busy', attempt: 2, retry_of: first?.id });
      expect(ms(last.dispatched_at) - ms(first?.ended_at)).toBeGreaterThanOrEqual(60_000);
      expect(await dialsOf('attempts')).toHaveLength(2);
      await expect.poll(() => receiver.requests('/attempts').length, { timeout: 10_000 }).toBe(1);
      expect(only(receiver.requests('/attempts')).json).toMatchObject({
        type: 'call.ended',
        data: { id: last.id },
      });
      await expectQuiet(stack);
    },
    LIMIT_MS,
  );
});
