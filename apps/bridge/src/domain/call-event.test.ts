import { makeOutcome } from '@outdial/telephony';
import { describe, expect, test } from 'vitest';
import { after, calleeLeg, callIn, report, result, TOKEN } from '../../test/fixtures.ts';
import { advanceCall, type CallEvent } from './advance-call.ts';
import type { Call } from './call.ts';
import { CALL_EVENT_TYPES, type CallEventType, eventsOf } from './call-event.ts';

const NOW = after(10_000);
const told = (before: Call, event: CallEvent): readonly CallEventType[] =>
  eventsOf(before, { ...before, ...advanceCall(before, event, NOW) });

const dispatchedAgain: CallEvent = { type: 'dispatched', nextDispatchAt: after(15_000) };
const TRANSFER = { target: 'tel:+61255500100', mode: 'refer', result: 'confirmed' } as const;

test('a call that was just accepted is queued', () => {
  expect(eventsOf(null, callIn('queued'))).toEqual(['call.queued']);
});

describe('what is told when', () => {
  test.each([
    ['a dispatch', callIn('queued'), dispatchedAgain, ['call.dispatched']],
    ['another dispatch', callIn('dispatched'), dispatchedAgain, ['call.dispatched']],
    [
      'a grant',
      callIn('dispatched'),
      { type: 'granted', token: TOKEN, dispatch: 1, jobId: 'AJ_1' },
      ['call.dialing'],
    ],
    ['ringing', callIn('dialing'), report({ type: 'ringing' }), ['call.ringing']],
    ['ringing again', callIn('ringing'), report({ type: 'ringing' }), []],
    ['an answer', callIn('ringing'), report({ type: 'answered' }), ['call.answered']],
    [
      'a transfer',
      callIn('in_progress'),
      report({ type: 'transfer', transfer: TRANSFER }),
      ['call.transfer'],
    ],
    [
      'the same transfer again',
      callIn('in_progress', { transfer: TRANSFER }),
      report({ type: 'transfer', transfer: TRANSFER }),
      [],
    ],
    [
      'another result of it',
      callIn('in_progress', { transfer: TRANSFER }),
      report({ type: 'transfer', transfer: { ...TRANSFER, result: 'failed' } }),
      ['call.transfer'],
    ],
    ['an opt-out', callIn('in_progress'), report({ type: 'opt_out' }), ['call.opt_out']],
    ['a leg', callIn('dialing'), report({ type: 'leg', leg: calleeLeg() }), []],
    [
      'a cancel before a grant',
      callIn('queued'),
      { type: 'cancel_requested' },
      ['call.cancel_requested', 'call.ended'],
    ],
    ['a cancel after it', callIn('ringing'), { type: 'cancel_requested' }, ['call.cancel_requested']],
    ['the end', callIn('ringing'), report({ type: 'ended', outcome: makeOutcome('busy') }), ['call.ended']],
    [
      'an end that tells of the answer',
      callIn('dialing'),
      report({ type: 'ended', outcome: makeOutcome('agent_hangup', { talk_ms: 5 }) }),
      ['call.answered', 'call.ended'],
    ],
    ['its result', callIn('busy'), result(), ['call.result']],
    [
      'its result again',
      callIn('busy', { resultAt: after(9_500), transcriptAt: after(9_500) }),
      result(),
      [],
    ],
    [
      'a result that does not come',
      callIn('busy', { resultDueAt: after(9_500) }),
      { type: 'result_overdue' },
      [],
    ],
    ['its recording', callIn('busy', { record: true }), { type: 'recording_stored' }, ['call.recording']],
    [
      'a recording that is sent again',
      callIn('busy', { recordingState: 'stored' }),
      { type: 'recording_stored' },
      [],
    ],
    ['a late leg', callIn('busy'), { type: 'late_leg', legs: [] }, ['call.late_leg']],
    ['a second one', callIn('busy', { lateLeg: true }), { type: 'late_leg', legs: [calleeLeg()] }, []],
    [
      'ringing that is told after the end',
      callIn('no_answer', { outcome: makeOutcome('no_answer', { rang: true }) }),
      report({ type: 'ringing' }),
      [],
    ],
  ] as readonly (readonly [string, Call, CallEvent, readonly CallEventType[]])[])(
    '%s',
    (_name, before, event, events) => {
      expect(told(before, event)).toEqual(events);
    },
  );
});

test('a whole call tells each of its events once, in order', () => {
  const events: CallEvent[] = [
    dispatchedAgain,
    { type: 'granted', token: TOKEN, dispatch: 1, jobId: 'AJ_1' },
    report({ type: 'ringing' }, 1),
    report({ type: 'answered' }, 2),
    report({ type: 'transfer', transfer: TRANSFER }, 3),
    report({ type: 'opt_out' }, 4),
    { type: 'cancel_requested' },
    report({ type: 'ended', outcome: makeOutcome('agent_hangup', { talk_ms: 5 }) }, 5),
    result(),
    { type: 'recording_stored' },
    { type: 'late_leg', legs: [] },
  ];
  let call = callIn('queued');
  const all: CallEventType[] = [...eventsOf(null, call)];
  const doubled = events.flatMap<CallEvent>((one) => (one.type === 'dispatched' ? [one] : [one, one]));
  for (const event of doubled) {
    all.push(...told(call, event));
    call = { ...call, ...advanceCall(call, event, NOW) };
  }
  expect(all).toEqual(CALL_EVENT_TYPES);
});
