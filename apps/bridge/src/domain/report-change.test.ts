import { type CallOutcome, type EndReason, makeOutcome, type OutcomeEvidence } from '@outdial/telephony';
import { describe, expect, test } from 'vitest';
import { after, calleeLeg, callIn, report, T0 } from '../../test/fixtures.ts';
import { advanceCall, type CallEvent } from './advance-call.ts';
import type { Call } from './call.ts';
import { isOverlong } from './report-change.ts';

const NOW = after(10_000);
const happen = (call: Call, event: CallEvent, now = NOW): Call => ({
  ...call,
  ...advanceCall(call, event, now),
});

describe('times', () => {
  test('a report tells its own time, counted from the grant', () => {
    expect(happen(callIn('dialing'), report({ type: 'ringing' }), after(60_000)).ringingAt).toEqual(
      after(5_000),
    );
  });

  test('a clock that runs ahead does not lead into the future', () => {
    expect(happen(callIn('dialing'), report({ type: 'ringing' }, 600_000)).ringingAt).toEqual(NOW);
  });

  test('ringing that is reported after the answer fills in its time and nothing else', () => {
    const call = happen(callIn('in_progress', { ringingAt: null }), report({ type: 'ringing' }, 2_000));
    expect(call).toMatchObject({ status: 'in_progress', ringingAt: after(3_000), answeredAt: after(5_000) });
  });

  test('a second answer does not move the first', () => {
    expect(happen(callIn('in_progress'), report({ type: 'answered' })).answeredAt).toEqual(after(5_000));
  });

  test('an outcome that talked says when the answer was, if its report was lost', () => {
    const outcome = makeOutcome('agent_hangup', { talk_ms: 2_000 });
    const call = happen(callIn('ringing'), report({ type: 'ended', outcome }, 8_000));
    expect(call).toMatchObject({ status: 'completed', endedAt: after(9_000), answeredAt: after(7_000) });
  });
});

describe('after the end', () => {
  const rang = makeOutcome('no_answer', { rang: true });
  const ringing = report({ type: 'ringing' });

  test.each([
    ['ringing that the outcome speaks of', { outcome: rang }, ringing, { ringingAt: after(5_000) }],
    ['ringing that it does not speak of', {}, ringing, {}],
    ['ringing after the end', { outcome: rang }, report({ type: 'ringing' }, 8_001), {}],
    ['ringing after the answer', { outcome: rang, answeredAt: after(4_000) }, ringing, {}],
    ['a second ringing', { outcome: rang, ringingAt: after(2_000) }, ringing, {}],
    ['an answer', { outcome: rang }, report({ type: 'answered' }), {}],
    ['another end', {}, report({ type: 'ended', outcome: makeOutcome('declined') }), {}],
    ['not dialled', {}, report({ type: 'not_dialed', message: 'too late' }), {}],
    ['a leg', {}, report({ type: 'leg', leg: calleeLeg() }), { legs: [calleeLeg()] }],
    ['a leg that is known', { legs: [calleeLeg()] }, report({ type: 'leg', leg: calleeLeg() }), {}],
  ] as readonly (readonly [string, Partial<Call>, CallEvent, Partial<Call>])[])(
    '%s',
    (_name, change, event, changes) => {
      const call = callIn('busy', { endedAt: after(9_000), ...change });
      expect(advanceCall(call, event, NOW)).toEqual(changes);
    },
  );
});

test('what was not dialled says why, and is canceled where that was asked for', () => {
  const event = report({ type: 'not_dialed', message: 'too late' });
  expect(happen(callIn('dialing'), event).outcome).toMatchObject({
    end_reason: 'not_dialed',
    message: 'too late',
  });
  expect(happen(callIn('dialing', { cancelRequestedAt: T0 }), event).outcome).toMatchObject({
    status: 'canceled',
    end_reason: 'canceled_by_api',
    hung_up_by: 'api',
  });
});

test('a transfer that was reported stands in an outcome that does not mention it', () => {
  const transfer = { target: 'tel:+61255500100', mode: 'refer', result: 'unknown' } as const;
  const outcome = makeOutcome('agent_hangup', { talk_ms: 1 });
  const call = happen(callIn('in_progress', { transfer }), report({ type: 'ended', outcome }));
  expect(call.outcome?.transfer).toEqual(transfer);
});

describe('what the bridge knows better', () => {
  const sip = (status: number | null) => ({ status, reason: null, call_id: null });
  const CANCELED = { cancelRequestedAt: T0 };
  /** Answered at 5 s; the agent's reserve is over after ten seconds more. */
  const OVERLONG = { maxCallSeconds: 10 };
  const LATE = after(25_000);

  const end = (change: Partial<Call>, reason: EndReason, evidence: OutcomeEvidence): CallOutcome | null => {
    const status = (evidence.talk_ms ?? null) === null ? 'ringing' : 'in_progress';
    const outcome = makeOutcome(reason, evidence);
    return happen(callIn(status, change), report({ type: 'ended', outcome }, 20_000), LATE).outcome;
  };

  test.each([
    ['no_answer', sip(null), null],
    ['no_answer', sip(487), null],
    ['no_answer', sip(408), null],
    ['carrier_no_response', sip(null), null],
    ['agent_error', sip(null), null],
    ['agent_error', sip(200), 5_000],
    ['media_timeout', sip(200), 5_000],
    ['canceled_by_api', sip(487), null],
    ['canceled_by_api', sip(200), 5_000],
  ] as const)('canceled, and its agent says %s %j', (reason, said, talkMs) => {
    const outcome = end(CANCELED, reason, { sip: said, talk_ms: talkMs, rang: true });
    expect(outcome).toMatchObject({
      end_reason: 'canceled_by_api',
      status: talkMs === null ? 'canceled' : 'completed',
      hung_up_by: 'api',
      rang: true,
      sip: said,
      talk_ms: talkMs,
    });
  });

  test.each([
    ['busy', sip(486), null],
    ['declined', sip(603), null],
    ['no_answer', sip(480), null],
    ['callee_hangup', sip(200), 5_000],
    ['voicemail_detected', sip(200), 5_000],
  ] as const)('canceled, but %s came first', (reason, said, talkMs) => {
    expect(end(CANCELED, reason, { sip: said, talk_ms: talkMs })?.end_reason).toBe(reason);
  });

  test.each(['media_timeout', 'agent_error', 'canceled_by_api'] as const)(
    'overlong, and its agent says %s',
    (reason) => {
      expect(end(OVERLONG, reason, { sip: sip(200), talk_ms: 20_000 })).toMatchObject({
        end_reason: 'max_duration',
        status: 'completed',
        hung_up_by: 'platform',
        talk_ms: 20_000,
      });
    },
  );

  test('overlong, but the callee hung up', () => {
    expect(end(OVERLONG, 'callee_hangup', { talk_ms: 20_000 })?.end_reason).toBe('callee_hangup');
  });

  test('neither: the agent has the word', () => {
    expect(end({}, 'media_timeout', { sip: sip(200), talk_ms: 20_000 })?.end_reason).toBe('media_timeout');
    expect(end({}, 'no_answer', { sip: sip(487) })?.end_reason).toBe('no_answer');
  });
});

test('a call is overlong ten seconds after its maximum, and only if it was answered', () => {
  const call = callIn('in_progress', { maxCallSeconds: 10 });
  expect(isOverlong(call, after(24_999))).toBe(false);
  expect(isOverlong(call, after(25_000))).toBe(true);
  expect(isOverlong({ ...call, answeredAt: null }, after(999_000))).toBe(false);
});
