import { HEARD_WHOLE, similarity } from '@outdial/lab';
import { describe, expect, test } from 'vitest';
import { expectNoJobs, expectNoRooms, only, placeCall, useStack } from '../src/stack.ts';

const LIMIT_MS = 60_000;

describe('how a call ends, for each kind of phone', () => {
  // No second leg follows a refused REFER.
  const stack = useStack(() => ({ TRANSFER_MODE: 'refer' }));

  test.each([
    [
      'busy',
      '0491570157',
      {},
      { status: 'busy', end_reason: 'busy', blame: 'callee', retry: 'later', sip: 486 },
    ],
    [
      'declines',
      '0491570159',
      {},
      { status: 'declined', end_reason: 'declined', blame: 'callee', retry: 'no', sip: 603 },
    ],
    [
      'never answers',
      '0491570158',
      { ring_timeout_seconds: 5 },
      { status: 'no_answer', end_reason: 'no_answer', blame: 'callee', retry: 'later', sip: null },
    ],
    [
      'unknown to the carrier',
      '0491571234',
      {},
      { status: 'failed', end_reason: 'invalid_number', blame: 'caller', retry: 'no', sip: 404 },
    ],
    [
      'not to be called with this caller ID',
      '0491570156',
      { caller_id: '0255500142' },
      { status: 'failed', end_reason: 'caller_id_rejected', blame: 'operator', retry: 'after_fix', sip: 403 },
    ],
  ])(
    'a phone that is %s',
    async (_kind, destination, fields, expected) => {
      const { record, dialed, transferred } = await placeCall(stack, { destination, ...fields });
      expect(record).toMatchObject({
        status: expected.status,
        answered_at: null,
        outcome: {
          end_reason: expected.end_reason,
          blame: expected.blame,
          retry: expected.retry,
          sip: { status: expected.sip },
          talk_ms: null,
        },
      });
      expect(only(dialed).callId).toEqual(expect.any(String));
      expect(transferred).toEqual([]);
      await expectNoRooms(stack);
    },
    LIMIT_MS,
  );

  test(
    'a rejected caller ID tells the operator what to change',
    async () => {
      const { record } = await placeCall(stack, {
        destination: '0491570156',
        caller_id: '0255500142',
        account_code: 'a',
      });
      expect(record.outcome?.message).toContain('0255500142');
      expect(record.outcome?.message).toContain('SIP_FROM_NUMBER');
    },
    LIMIT_MS,
  );

  test(
    'a phone that never answers rang, and its INVITE was cancelled',
    async () => {
      const { record, dialed } = await placeCall(stack, {
        destination: '0491570158',
        ring_timeout_seconds: 5,
        account_code: 'ring',
      });
      expect(record.outcome).toMatchObject({ rang: true, ring_ms: expect.any(Number) });
      expect(only(dialed).endedWith).toBe('CANCEL');
    },
    LIMIT_MS,
  );

  test(
    'a callee who hangs up ends the call as such',
    async () => {
      const { record, dialed } = await placeCall(
        stack,
        { destination: '0491570156', account_code: 'hang-up' },
        async (id) => {
          await expect
            .poll(async () => (await stack.outdial.call(id)).answered_at, { timeout: 20_000 })
            .not.toBeNull();
          await stack.lab.phones.hangUp('0491570156');
        },
      );
      expect(record).toMatchObject({
        status: 'completed',
        outcome: { end_reason: 'callee_hangup', hung_up_by: 'callee', talk_ms: expect.any(Number) },
      });
      expect(only(dialed)).toMatchObject({ endedWith: 'BYE', endedBy: 'callee' });
    },
    LIMIT_MS,
  );

  test('a refused transfer leaves the call with the agent and stays in the record', async () => {
    const { record, dialed, transferred } = await placeCall(
      stack,
      { destination: '0491570156', transfer_target: '0255500101' },
      async () => {
        const refused = async () =>
          (await stack.lab.carrier.records()).some((call) => call.refer?.status === 603);
        await expect.poll(refused, { timeout: 40_000 }).toBe(true);
        await stack.lab.phones.hangUp('0491570156');
      },
    );
    expect(record.outcome).toMatchObject({
      end_reason: 'callee_hangup',
      transfer: { mode: 'refer', result: 'failed' },
    });
    expect(only(dialed).refer?.status).toBe(603);
    expect(transferred).toEqual([]);
  }, 90_000);

  test('an agent that is asked to hang up says goodbye first and sends the BYE', async () => {
    await stack.lab.phones.say('0491570156', [7_000, 'goodbye']);
    const { record, dialed } = await placeCall(stack, { destination: '0491570156', account_code: 'goodbye' });
    expect(record).toMatchObject({
      status: 'completed',
      outcome: { end_reason: 'agent_hangup', hung_up_by: 'agent' },
    });
    expect(only(dialed)).toMatchObject({ endedWith: 'BYE', endedBy: 'caller' });
    const goodbye = stack.lab.speech.tts.spoken().findLast(({ text }) => text.includes('Goodbye'));
    const { heard } = await stack.lab.phones.callOf(only(dialed).callId);
    if (goodbye === undefined || heard === null) throw new Error('No goodbye or no recording.');
    expect((await similarity(heard, goodbye.file)).score).toBeGreaterThan(HEARD_WHOLE);
    await stack.lab.phones.say('0491570156', null);
  }, 90_000);

  test(
    'the maximum duration ends a call',
    async () => {
      const { record } = await placeCall(stack, {
        destination: '0255500100',
        account_code: 'longest',
        max_call_seconds: 10,
      });
      expect(record).toMatchObject({
        status: 'completed',
        outcome: { end_reason: 'max_duration', hung_up_by: 'agent' },
      });
    },
    LIMIT_MS,
  );

  test('nothing is left when all are over', async () => {
    await expectNoRooms(stack);
    await expectNoJobs(stack);
  }, 30_000);
});
