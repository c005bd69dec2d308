import { acceptRefer, type PhoneWords, refuseRefer } from '@outdial/lab';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bridgedLeg, expectHeard, legsOfCall } from '../src/bridged-legs.ts';
import {
  callScenario,
  expectNothingLeft,
  outcomeOf,
  type ScenarioResult,
  spareNumber,
} from '../src/scenario-call.ts';
import { only, useStack } from '../src/stack.ts';
import { until } from '../src/watched-calls.ts';

const LIMIT_MS = 120_000;
const TARGET = '0255500100';
/** The carrier refuses a REFER to it with 603; dialled directly it answers. */
const REFUSES_REFER = '0255500101';
const BUSY = '0491570157';
const NEVER_ANSWERS = '0491570158';
const DECLINES = '0491570159';
const ANSWERS = '0491570156';
const ASKS: PhoneWords = [1_500, 'transfer'];
const RING_SECONDS = 6;

describe('the ladder: REFER, then a second leg', () => {
  const stack = useStack(() => ({
    CALLS_PER_SECOND: '3',
    MAX_CONCURRENT_CALLS: '14',
    TRANSFER_RING_SECONDS: String(RING_SECONDS),
  }));
  let next = 0;
  beforeAll(() => stack.lab.phones.say(ANSWERS, [2_500, 'transfer', 13_000, 'question', 60_000]));
  afterAll(() => stack.lab.phones.say(ANSWERS, null));

  const run = async (name: string, scenario: string, target: string) => {
    const call = { name, number: spareNumber(next++), scenario, words: ASKS };
    const fields = { transfer_target: target, greeting: 'Hello.' };
    const { record } = await callScenario(stack, { ...call, fields });
    const legs = await legsOfCall(stack, name, target);
    expect(legs.toTarget.length, 'the target’s phone gets at most one INVITE').toBeLessThanOrEqual(1);
    expect(only(legs.toCallee).refer?.referTo).toBe(`tel:+61${target.slice(1)}`);
    return { record, outcome: outcomeOf(record), toCallee: only(legs.toCallee), toTarget: legs.toTarget };
  };
  const sipOf = (record: ScenarioResult['record'], identity: string) =>
    (record.legs as { identity: string; sip_status: number | null }[]).find(
      (leg) => leg.identity === identity,
    )?.sip_status;

  test(
    'a carrier that refuses the REFER: callee and target hear each other, and the agent is gone',
    async () => {
      const { id } = await stack.outdial.dispatch({
        destination: ANSWERS,
        account_code: 'audio',
        transfer_target: REFUSES_REFER,
        caller_id: 'LiveKitNehosHosted',
        caller_name: 'LiveKit Nehos Hosted',
        greeting: 'Hello.',
      });
      const leg = await bridgedLeg(stack, 'audio', REFUSES_REFER);
      expect(leg).toMatchObject({
        fromUser: 'LiveKitNehosHosted',
        fromDisplay: 'LiveKit Nehos Hosted',
        referredBy: null,
      });
      expect(leg.headers['X-Account-Code']).toEqual(['audio']);
      const { toCallee } = await legsOfCall(stack, 'audio', REFUSES_REFER);
      await expectHeard(stack, only(toCallee).callId, 'target');
      const spoken = stack.lab.speech.tts.spoken().length;
      await expectHeard(stack, leg.callId, 'question');
      expect(stack.lab.speech.tts.spoken(), 'the agent says nothing any more').toHaveLength(spoken);
      expect(await stack.lab.phones.hangUp(REFUSES_REFER)).toBe(1);

      const record = await stack.outdial.ended(id);
      expect(record).toMatchObject({
        status: 'completed',
        outcome: {
          end_reason: 'transferred',
          hung_up_by: 'target',
          transfer: { target: 'tel:+61255500101', mode: 'bridge', result: 'confirmed' },
        },
        legs: [
          { identity: 'callee', sip_status: 200 },
          { identity: 'target', sip_status: 200, sip_call_id: leg.callId },
        ],
      });
      await expect
        .poll(async () => only((await legsOfCall(stack, 'audio', REFUSES_REFER)).toCallee))
        .toMatchObject({ endedWith: 'BYE', endedBy: 'caller', refer: { status: 603 } });
      expect((await legsOfCall(stack, 'audio', REFUSES_REFER)).toTarget).toHaveLength(1);
    },
    LIMIT_MS,
  );

  const TALKS_MS = 14_000;
  const answered: readonly (readonly [string, string, string])[] = [
    ['403', refuseRefer(403, 'Forbidden', TALKS_MS), TARGET],
    ['405', refuseRefer(405, 'Method Not Allowed', TALKS_MS), TARGET],
    ['603', refuseRefer(603, 'Decline', TALKS_MS), TARGET],
    ['NOTIFY 486', acceptRefer({ does: 'notify', status: '486 Busy Here', hangUpAfterMs: TALKS_MS }), TARGET],
  ];
  const isAnswered = async (what: string, scenario: string, target: string) => {
    const { record, outcome, toCallee, toTarget } = await run(
      `answered-${what.replace(' ', '-')}`,
      scenario,
      target,
    );
    expect(outcome).toMatchObject({
      end_reason: 'transferred',
      hung_up_by: 'callee',
      transfer: { mode: 'bridge', result: 'confirmed' },
    });
    expect([sipOf(record, 'callee'), sipOf(record, 'target')]).toEqual([200, 200]);
    expect(toCallee.endedBy).toBe('callee');
    const ended = await until('the end of the second leg', async () => {
      const leg = only((await legsOfCall(stack, String(record.account_code), target)).toTarget);
      return leg.endedAt === null ? null : leg;
    });
    expect(ended).toMatchObject({ endedWith: 'BYE', endedBy: 'caller', callId: only(toTarget).callId });
  };
  // Two at a time: the target has two lines, and more would starve a small machine. Only the tests are concurrent:
  // Vitest runs concurrent suites that follow each other all at once.
  for (const two of [answered.slice(0, 2), answered.slice(2)])
    describe('a refusal', () => {
      test.concurrent.each(two)('with %s, and an answered second leg', isAnswered, LIMIT_MS);
    });

  const AFTER_MS = 18_000;
  const failing: readonly (readonly [string, string, number | null])[] = [
    ['is busy', BUSY, 486],
    ['is declined', DECLINES, 603],
    ['is not answered', NEVER_ANSWERS, null],
  ];
  const isToldOf = async (what: string, target: string, status: number | null) => {
    const name = what.replaceAll(' ', '-');
    const { record, outcome, toTarget } = await run(name, refuseRefer(403, 'Forbidden', AFTER_MS), target);
    expect(outcome).toMatchObject({
      end_reason: 'callee_hangup',
      transfer: { mode: 'bridge', result: 'failed' },
    });
    expect(sipOf(record, 'target')).toBe(status);
    expect(only(toTarget)).toMatchObject(
      status === null ? { endedWith: 'CANCEL', endedBy: 'caller' } : { finalStatus: status },
    );
    // Its goodbye came from the phone, and only after the agent had gone on with the call.
    expect(Number(only(toTarget).endedAt ?? only(toTarget).startedAt)).toBeLessThan(
      Date.parse(String(record.ended_at)) - 1_000,
    );
  };
  const NAME = '%s: back to the agent, who says so';
  describe('a refusal with 403, and a second leg that', () => {
    test.concurrent.each(failing.slice(0, 2))(NAME, isToldOf, LIMIT_MS);
  });
  describe('a refusal with 403, and a second leg that', () => {
    test.concurrent.each(failing.slice(2))(NAME, isToldOf, LIMIT_MS);

    test.concurrent(
      'rings when the callee hangs up: its phone stops at once',
      async () => {
        const { record, outcome, toTarget } = await run(
          'hangs-up',
          refuseRefer(403, 'Forbidden', 3_000),
          NEVER_ANSWERS,
        );
        expect(outcome).toMatchObject({
          end_reason: 'callee_hangup',
          transfer: { mode: 'bridge', result: 'failed' },
        });
        const leg = only(toTarget);
        expect(leg).toMatchObject({ endedWith: 'CANCEL', endedBy: 'caller' });
        expect(Number(leg.endedAt)).toBeLessThan(Date.parse(String(record.ended_at)) + RING_SECONDS * 500);
      },
      LIMIT_MS,
    );
  });

  test(
    '202 without a NOTIFY: nobody is dialled',
    async () => {
      const scenario = acceptRefer({ does: 'nothing', hangUpAfterMs: 15_000 });
      const { outcome, toTarget } = await run('silence', scenario, TARGET);
      expect(outcome).toMatchObject({
        end_reason: 'callee_hangup',
        transfer: { mode: 'refer', result: 'unknown' },
      });
      expect(toTarget).toEqual([]);
    },
    LIMIT_MS,
  );

  test('the agent said why after each failure', () => {
    const sorry = stack.lab.speech.tts.spoken().filter(({ text }) => text.includes('that did not work'));
    expect(sorry).toHaveLength(3);
    expect(stack.lab.speech.violations).toEqual([]);
  });

  test('nothing is left when all are over', () => expectNothingLeft(stack), 60_000);
});
