import { acceptRefer, type CarrierCall, type PhoneWords, refuseRefer } from '@outdial/lab';
import { describe, expect, test } from 'vitest';
import {
  callScenario,
  expectNothingLeft,
  MATRIX_ENV,
  messagesOf,
  outcomeOf,
  type ScenarioCall,
  spareNumber,
} from '../src/scenario-call.ts';
import { only, useStack } from '../src/stack.ts';

const LIMIT_MS = 150_000;
const TARGET = '0255500100';
const ASKS: PhoneWords = [1_500, 'transfer'];
/** Asks once while the first transfer is undecided, and once after it. */
const ASKS_AGAIN: PhoneWords = [1_500, 'transfer', 20_000, 'transfer', 20_000, 'transfer'];
/** How long a phone goes on with the agent after a transfer that failed. */
const TALKS_ON_MS = 6_000;

const FAILED = { end_reason: 'callee_hangup', hung_up_by: 'callee', transfer: { result: 'failed' } };

let next = 0;

const refersOf = (leg: CarrierCall): string[] =>
  messagesOf(leg).filter((message) => message === 'caller REFER');

describe('what a phone may do with a transfer', () => {
  const stack = useStack(() => MATRIX_ENV);
  /** These phones place no call of their own, so any call to the target would be one of ours. */
  const callsToTarget = async () =>
    (await stack.lab.carrier.records()).filter((leg) => leg.requestUri.includes(TARGET.slice(1)));
  const run = async (name: string, scenario: string, words = ASKS, more: Partial<ScenarioCall> = {}) => {
    const { record, legs } = await callScenario(stack, {
      ...{ name, number: spareNumber(next++), scenario, words },
      fields: { transfer_target: TARGET, greeting: 'Hello.' },
      ...more,
    });
    const leg = only(legs);
    expect(record.status).toBe('completed');
    expect(record.outcome).toMatchObject({
      retry: 'no',
      blame: null,
      sip: { status: 200, call_id: leg.callId },
      transfer: { target: `tel:+61${TARGET.slice(1)}`, mode: 'refer' },
    });
    expect(leg.refer?.referTo).toBe(`tel:+61${TARGET.slice(1)}`);
    expect(leg.refer?.headers['X-Account-Code']).toEqual([name]);
    expect(leg.endedWith).toBe('BYE');
    expect(refersOf(leg)).toHaveLength(1);
    return { outcome: outcomeOf(record), leg };
  };
  const spokenAfterRefer = ({ refer, endedAt }: CarrierCall): number => Number(endedAt) - Number(refer?.at);

  describe.concurrent('202', () => {
    test(
      'and silence is unknown; the conversation goes on and no second transfer is tried',
      async () => {
        const scenario = acceptRefer({ does: 'nothing', hangUpAfterMs: 50_000 });
        const { outcome, leg } = await run('silence', scenario, ASKS_AGAIN);
        expect(outcome).toMatchObject({ end_reason: 'callee_hangup', transfer: { result: 'unknown' } });
        expect(leg.refer).toMatchObject({ status: 202, notifies: [] });
      },
      LIMIT_MS,
    );

    test(
      'and NOTIFY 200 is confirmed, and we hang up',
      async () => {
        const { outcome, leg } = await run('confirmed', acceptRefer({ does: 'notify', status: '200 OK' }));
        expect(outcome).toMatchObject({
          end_reason: 'transferred',
          hung_up_by: 'agent',
          transfer: { result: 'confirmed' },
        });
        expect(leg.refer?.notifies).toEqual(['SIP/2.0 100 Trying', 'SIP/2.0 200 OK']);
        expect(leg.endedBy).toBe('caller');
      },
      LIMIT_MS,
    );

    test(
      'and NOTIFY 486 has failed; the conversation goes on',
      async () => {
        const scenario = acceptRefer({ does: 'notify', status: '486 Busy Here', hangUpAfterMs: TALKS_ON_MS });
        const { outcome, leg } = await run('target-busy', scenario);
        expect(outcome).toMatchObject(FAILED);
        expect(leg.refer).toMatchObject({ status: 202 });
        expect(spokenAfterRefer(leg)).toBeGreaterThanOrEqual(TALKS_ON_MS);
      },
      LIMIT_MS,
    );

    test.each([
      ['BYE at once', 'bye', 0],
      ['BYE 100 ms later', 'hangs-up', 100],
    ])(
      'and %s is accepted, unconfirmed',
      async (_what, name, afterMs) => {
        const { outcome, leg } = await run(name, acceptRefer({ does: 'hang_up', afterMs }));
        expect(outcome).toMatchObject({
          end_reason: 'transferred',
          transfer: { result: 'accepted_unconfirmed' },
        });
        expect(leg).toMatchObject({ endedBy: 'callee', refer: { status: 202, notifies: [] } });
      },
      LIMIT_MS,
    );
  });

  describe.concurrent('a refusal', () => {
    test.each([
      [403, 'Forbidden'],
      [405, 'Method Not Allowed'],
      [481, 'Call/Transaction Does Not Exist'],
      [603, 'Decline'],
    ])(
      'with %i %s has failed; the conversation goes on',
      async (status, phrase) => {
        const { outcome, leg } = await run(`refused-${status}`, refuseRefer(status, phrase, TALKS_ON_MS));
        expect(outcome).toMatchObject(FAILED);
        expect(leg.refer).toMatchObject({ status, notifies: [] });
        expect(leg.endedBy).toBe('callee');
        expect(spokenAfterRefer(leg)).toBeGreaterThanOrEqual(TALKS_ON_MS);
      },
      LIMIT_MS,
    );
  });

  test('the model asked for the undecided one again', () => {
    const again = stack.lab.speech.llm.requests.filter(
      ({ request, calls }) =>
        calls.some(({ name }) => name === 'transfer_call') &&
        request.messages.filter(({ role }) => role === 'user').length > 1,
    );
    expect(again.length).toBeGreaterThan(0);
  });

  test('after each failure the agent said so, and nobody called the target', async () => {
    const sorry = stack.lab.speech.tts.spoken().filter(({ text }) => text.includes('that did not work'));
    expect(sorry).toHaveLength(5);
    expect(await callsToTarget()).toEqual([]);
    expect(stack.lab.speech.violations).toEqual([]);
  });

  test('nothing is left when all are over', () => expectNothingLeft(stack), 60_000);
});
