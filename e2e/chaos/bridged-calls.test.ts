import type { CallRecord, PhoneWords } from '@outdial/lab';
import { afterEach, describe, expect, test } from 'vitest';
import { bridgedLeg, bridgedRecord, expectHeard, legsOfCall, ringbackMs } from '../src/bridged-legs.ts';
import { expectNothingLeft } from '../src/scenario-call.ts';
import { only, useStack } from '../src/stack.ts';
import { until } from '../src/watched-calls.ts';

const LIMIT_MS = 120_000;
const ANSWERS = '0491570156';
const TARGET = '0255500100';
const NEVER_ANSWERS = '0491570158';
const ASKS: PhoneWords = [2_500, 'transfer', 60_000];
/** Longer than a lease of the agent, which is 8 s. */
const SILENT_MS = 12_000;

describe('a call that a second leg was joined to', () => {
  const stack = useStack(() => ({ TRANSFER_MODE: 'bridge', TRANSFER_RING_SECONDS: '7' }));
  afterEach(() => stack.lab.phones.say(ANSWERS, null));

  const place = async (
    account_code: string,
    more: { words?: PhoneWords; target?: string; fields?: Record<string, unknown> } = {},
  ): Promise<string> => {
    await stack.lab.phones.say(ANSWERS, more.words ?? ASKS);
    const transfer_target = more.target ?? TARGET;
    const fields = {
      destination: ANSWERS,
      account_code,
      transfer_target,
      greeting: 'Hello.',
      ...more.fields,
    };
    return (await stack.outdial.dispatch(fields)).id;
  };
  const legs = async (code: string, target = TARGET) => {
    const { toCallee, toTarget } = await legsOfCall(stack, code, target);
    return { callee: only(toCallee), target: only(toTarget) };
  };
  const expectUp = async (code: string) => {
    const { callee, target } = await legs(code);
    expect([callee.endedAt, target.endedAt]).toEqual([null, null]);
    expect(callee.refer).toBeNull();
  };
  const expectTransferred = (record: CallRecord, hung_up_by: string) =>
    expect(record).toMatchObject({
      status: 'completed',
      outcome: {
        end_reason: 'transferred',
        hung_up_by,
        transfer: { target: 'tel:+61255500100', mode: 'bridge', result: 'confirmed' },
      },
    });
  const jobOf = (id: string) =>
    until(`a job of ${id}`, () => stack.outdial.jobs().find(({ room }) => room.includes(id))?.pid);
  const agentSaid = (id: string, words: string) =>
    until(`"${words}" in the agent's log`, () =>
      stack.outdial
        .log('agent')
        .split('\n')
        .some((line) => line.includes(id) && line.includes(words)),
    );

  test(
    'hears ringback while the target rings, and the agent again when nobody answers',
    async () => {
      const id = await place('ringback', { target: NEVER_ANSWERS });
      const said = 'that did not work';
      await until('the agent to say so', () =>
        stack.lab.speech.tts.spoken().some(({ text }) => text.includes(said)),
      );
      expect(await stack.lab.phones.hangUp(ANSWERS)).toBe(1);
      expect(await stack.outdial.ended(id)).toMatchObject({
        outcome: { end_reason: 'callee_hangup', transfer: { mode: 'bridge', result: 'failed' } },
      });
      const { callee, target } = await legs('ringback', NEVER_ANSWERS);
      expect(target).toMatchObject({ endedWith: 'CANCEL', endedBy: 'caller' });
      const { heard } = await stack.lab.phones.callOf(callee.callId);
      // Two bursts of 0.4 s in each three seconds.
      expect(await ringbackMs(String(heard))).toBeGreaterThan(800);
    },
    LIMIT_MS,
  );

  test(
    'goes on when its job is killed; the bridge ends it when one of the two hangs up',
    async () => {
      const id = await place('job-killed', { words: [2_500, 'transfer', 28_000, 'question', 60_000] });
      const leg = await bridgedLeg(stack, 'job-killed', TARGET);
      await bridgedRecord(stack, id);
      process.kill(await jobOf(id), 'SIGKILL');
      const killedAt = Date.now();
      await agentSaid(id, 'callee and target talk on');
      await until('the end of the lease', () => Date.now() > killedAt + SILENT_MS);
      expect((await stack.outdial.call(id)).status).toBe('in_progress');
      await expectHeard(stack, leg.callId, 'question');
      await expectUp('job-killed');

      expect(await stack.lab.phones.hangUp(TARGET)).toBe(1);
      expectTransferred(await stack.outdial.ended(id), 'target');
      await expect
        .poll(async () => (await legs('job-killed')).callee, { timeout: 10_000 })
        .toMatchObject({ endedWith: 'BYE', endedBy: 'caller' });
    },
    LIMIT_MS,
  );

  test(
    'goes on when its worker is killed: the job leaves the two to themselves',
    async () => {
      const id = await place('worker-killed');
      await bridgedRecord(stack, id);
      await stack.outdial.kill('agent', 'SIGKILL', { wholeGroup: false });
      const killedAt = Date.now();
      await agentSaid(id, 'callee and target talk on');
      await stack.outdial.restart('agent');
      await until('the end of the lease', () => Date.now() > killedAt + SILENT_MS);
      await expectUp('worker-killed');
      expect((await stack.outdial.call(id)).status).toBe('in_progress');

      expect(await stack.lab.phones.hangUp(ANSWERS)).toBe(1);
      expectTransferred(await stack.outdial.ended(id), 'callee');
      await expect
        .poll(async () => (await legs('worker-killed')).target, { timeout: 10_000 })
        .toMatchObject({ endedWith: 'BYE', endedBy: 'caller' });
    },
    LIMIT_MS,
  );

  test(
    'goes on when the bridge is killed, and is told of when it is back',
    async () => {
      const id = await place('bridge-killed');
      await bridgedRecord(stack, id);
      await stack.outdial.kill('bridge');
      await stack.outdial.restart('bridge');
      await expectUp('bridge-killed');
      expect(await stack.lab.phones.hangUp(ANSWERS)).toBe(1);
      expectTransferred(await stack.outdial.ended(id), 'callee');
    },
    LIMIT_MS,
  );

  test(
    'ends for both at its maximum',
    async () => {
      const id = await place('overlong', { fields: { max_call_seconds: 25 } });
      await bridgedRecord(stack, id);
      expect(await stack.outdial.ended(id)).toMatchObject({
        status: 'completed',
        outcome: { end_reason: 'max_duration', transfer: { mode: 'bridge', result: 'confirmed' } },
      });
      await expect
        .poll(async () => Object.values(await legs('overlong')), { timeout: 10_000 })
        .toEqual(Array(2).fill(expect.objectContaining({ endedWith: 'BYE', endedBy: 'caller' })));
    },
    LIMIT_MS,
  );

  test(
    'ends for both by a cancel',
    async () => {
      const id = await place('canceled');
      await bridgedRecord(stack, id);
      await stack.outdial.request(`/calls/${id}/cancel`, { method: 'POST' });
      expect(await stack.outdial.ended(id)).toMatchObject({
        status: 'completed',
        outcome: { end_reason: 'canceled_by_api', hung_up_by: 'api', transfer: { result: 'confirmed' } },
      });
      await expect
        .poll(async () => Object.values(await legs('canceled')), { timeout: 10_000 })
        .toEqual(Array(2).fill(expect.objectContaining({ endedWith: 'BYE', endedBy: 'caller' })));
    },
    LIMIT_MS,
  );

  test('nothing is left when all are over', () => expectNothingLeft(stack), 60_000);
});
