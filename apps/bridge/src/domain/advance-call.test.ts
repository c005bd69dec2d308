import {
  CALL_STATUSES,
  type CallReport,
  type CallStatus,
  type EndReason,
  isFinal,
  makeOutcome,
} from '@outdial/telephony';
import { describe, expect, test } from 'vitest';
import { aCall, after, T0, TOKEN } from '../../test/fixtures.ts';
import { advanceCall, type CallEvent } from './advance-call.ts';
import type { Call } from './call.ts';
import type { CallChange } from './call-change.ts';

const NOW = after(10_000);
const TRANSFER = { target: 'tel:+61255500100', mode: 'refer', result: 'confirmed' } as const;
const GRANTED = { dialingAt: after(1_000), grantToken: TOKEN, lastAliveAt: after(1_000) };

/** A plausible call in each status. */
const callIn = (status: CallStatus, change: Partial<Call> = {}): Call => {
  if (status === 'queued')
    return aCall({ status, dispatchNumber: 0, room: null, dispatchedAt: null, ...change });
  if (status === 'dispatched') return aCall({ status, ...change });
  if (status === 'dialing') return aCall({ status, ...GRANTED, ...change });
  if (status === 'ringing') return aCall({ status, ...GRANTED, ringingAt: after(2_000), ...change });
  if (status === 'in_progress') {
    return aCall({ status, ...GRANTED, ringingAt: after(2_000), answeredAt: after(5_000), ...change });
  }
  return aCall({ status, ...GRANTED, endedAt: after(9_000), outcome: makeOutcome('busy'), ...change });
};

type Said<T> = T extends CallReport ? Omit<T, 'token' | 'seq' | 'at_ms'> : never;
const report = (said: Said<CallReport>, atMs = 4_000): CallEvent => ({
  type: 'report',
  report: { token: TOKEN, seq: 1, at_ms: atMs, ...said } as CallReport,
});

const LEG = { identity: 'callee', participant_sid: 'PA_1', sip_call_id: 'x' } as const;

const EVENTS: Readonly<Record<string, CallEvent>> = {
  dispatched: { type: 'dispatched', nextDispatchAt: after(15_000) },
  granted: { type: 'granted', token: TOKEN, dispatch: 1, jobId: 'AJ_1' },
  alive: report({ type: 'alive' }),
  not_dialed: report({ type: 'not_dialed', message: 'too late' }),
  ringing: report({ type: 'ringing' }),
  answered: report({ type: 'answered' }),
  leg: report({ type: 'leg', leg: LEG }),
  transfer: report({
    type: 'transfer',
    transfer: { target: 'tel:+61255500100', mode: 'refer', result: 'confirmed' },
  }),
  ended: report({ type: 'ended', outcome: makeOutcome('declined') }),
  cancel: { type: 'cancel_requested' },
  expired: { type: 'not_after_passed' },
  no_agent: { type: 'no_agent', message: null },
  livekit_rejected: { type: 'livekit_rejected' },
  blocked: { type: 'blocked', message: 'not allowed any more' },
  leg_seen: { type: 'leg_seen', leg: LEG },
  late_leg: { type: 'late_leg', legs: [LEG] },
  power_lost: { type: 'power_lost' },
  lost: { type: 'lost', legs: [], silentSince: after(1_000) },
};

/** The status that each event leads to; what is not here leaves the status as it is. */
const LEADS_TO: Readonly<Record<string, Partial<Record<CallStatus, CallStatus>>>> = {
  dispatched: { queued: 'dispatched', dispatched: 'dispatched' },
  granted: { dispatched: 'dialing' },
  not_dialed: { dialing: 'failed' },
  ringing: { dialing: 'ringing' },
  answered: { dialing: 'in_progress', ringing: 'in_progress' },
  ended: { dialing: 'declined', ringing: 'declined', in_progress: 'declined' },
  cancel: { queued: 'canceled', dispatched: 'canceled' },
  expired: { queued: 'canceled', dispatched: 'canceled' },
  no_agent: { dispatched: 'failed' },
  livekit_rejected: { dispatched: 'failed' },
  blocked: { queued: 'canceled', dispatched: 'canceled' },
  power_lost: {
    queued: 'unknown',
    dispatched: 'unknown',
    dialing: 'unknown',
    ringing: 'unknown',
    in_progress: 'unknown',
  },
  lost: { dialing: 'unknown', ringing: 'failed', in_progress: 'failed' },
};

const table = Object.keys(EVENTS).flatMap((event) =>
  CALL_STATUSES.map((status) => ({ event, status, to: LEADS_TO[event]?.[status] ?? status })),
);

const apply = (call: Call, change: CallChange): Call => ({ ...call, ...change });
const happen = (call: Call, event: CallEvent, now = NOW): Call => apply(call, advanceCall(call, event, now));

describe('every event in every status', () => {
  test.each(table)('$event while $status → $to', ({ event, status, to }) => {
    const call = callIn(status);
    const next = happen(call, EVENTS[event] as CallEvent);
    expect(next.status).toBe(to);
    expect(next.outcome === null).toBe(!isFinal(to));
    expect(next.endedAt === null).toBe(!isFinal(to));
    if (isFinal(status)) expect([next.outcome, next.endedAt]).toEqual([call.outcome, call.endedAt]);
    if (isFinal(to)) expect(next.outcome?.status).toBe(isFinal(status) ? 'busy' : to);
  });
});

describe('times', () => {
  test('a report tells its own time, counted from the grant', () => {
    const call = happen(callIn('dialing'), EVENTS.ringing as CallEvent, after(60_000));
    expect(call.ringingAt).toEqual(after(5_000));
  });

  test('a clock that runs ahead does not lead into the future', () => {
    const call = happen(callIn('dialing'), report({ type: 'ringing' }, 600_000));
    expect(call.ringingAt).toEqual(NOW);
  });

  test('ringing that is reported after the answer fills in its time and nothing else', () => {
    const call = happen(callIn('in_progress', { ringingAt: null }), report({ type: 'ringing' }, 2_000));
    expect(call).toMatchObject({ status: 'in_progress', ringingAt: after(3_000), answeredAt: after(5_000) });
  });

  test('a second answer does not move the first', () => {
    expect(happen(callIn('in_progress'), EVENTS.answered as CallEvent).answeredAt).toEqual(after(5_000));
  });

  test('an outcome that talked says when the answer was, if its report was lost', () => {
    const outcome = makeOutcome('agent_hangup', { talk_ms: 2_000 });
    const call = happen(callIn('ringing'), report({ type: 'ended', outcome }, 8_000));
    expect(call).toMatchObject({ status: 'completed', endedAt: after(9_000), answeredAt: after(7_000) });
  });

  test('a re-dispatch keeps the time of the first', () => {
    const call = happen(callIn('dispatched'), EVENTS.dispatched as CallEvent);
    expect(call).toMatchObject({
      dispatchNumber: 2,
      room: `call-${call.id}-2`,
      dispatchId: null,
      dispatchedAt: T0,
    });
  });
});

describe('after the end', () => {
  const rang = makeOutcome('no_answer', { rang: true });
  const over = (change: Partial<Call>) => callIn('busy', { endedAt: after(9_000), ...change });

  test.each([
    ['ringing that the outcome speaks of', { outcome: rang }, EVENTS.ringing, { ringingAt: after(5_000) }],
    ['ringing that it does not speak of', {}, EVENTS.ringing, {}],
    ['ringing after the end', { outcome: rang }, report({ type: 'ringing' }, 8_001), {}],
    ['ringing after the answer', { outcome: rang, answeredAt: after(4_000) }, EVENTS.ringing, {}],
    ['a second ringing', { outcome: rang, ringingAt: after(2_000) }, EVENTS.ringing, {}],
    ['an answer', { outcome: rang }, EVENTS.answered, {}],
    ['a transfer', {}, EVENTS.transfer, {}],
    ['another end', {}, EVENTS.ended, {}],
    ['not dialled', {}, EVENTS.not_dialed, {}],
  ] as const)('%s', (_name, change, event, changes) => {
    expect(advanceCall(over(change), event as CallEvent, NOW)).toEqual(changes);
  });

  test('a leg is still written down', () => {
    expect(happen(over({}), EVENTS.leg as CallEvent).legs).toHaveLength(1);
  });
});

test('times never run backwards, in whatever order reports come', () => {
  const ended = makeOutcome('agent_hangup', { talk_ms: 60_000 });
  const said = [
    report({ type: 'ringing' }, 7_000),
    report({ type: 'answered' }, 3_000),
    report({ type: 'ended', outcome: ended }, 1_000),
  ];
  const orders = [said, [...said].reverse(), [said[1], said[0], said[2]]] as CallEvent[][];
  for (const order of orders) {
    const call = order.reduce((state, event) => happen(state, event), callIn('dialing'));
    const times = [call.dialingAt, call.ringingAt, call.answeredAt, call.endedAt]
      .filter((time) => time !== null)
      .map((time) => time.getTime());
    expect(times).toEqual([...times].sort((a, b) => a - b));
  }
});

describe('grant', () => {
  const granted = (change: Partial<Call>, event: Partial<CallEvent> = {}) =>
    happen(callIn('dispatched', change), { ...EVENTS.granted, ...event } as CallEvent);

  test('is good for three seconds', () => {
    const call = granted({});
    expect(call).toMatchObject({
      grantToken: TOKEN,
      dialingAt: NOW,
      grantExpiresAt: after(3_000, NOW),
      jobId: 'AJ_1',
    });
  });

  test.each([
    ['for a dispatch that was never made', { dispatchNumber: 0 }],
    ['after a cancel', { cancelRequestedAt: T0 }],
    ['when not_after is over', { notAfter: NOW }],
  ])('is not given %s', (_name, change) => {
    expect(granted(change).status).toBe('dispatched');
  });
});

describe('cancel', () => {
  test('of a granted call is noted and waits for the agent', () => {
    const call = happen(callIn('ringing'), EVENTS.cancel as CallEvent);
    expect(call).toMatchObject({ status: 'ringing', cancelRequestedAt: NOW, outcome: null });
  });

  test('is noted once', () => {
    expect(
      advanceCall(callIn('ringing', { cancelRequestedAt: T0 }), { type: 'cancel_requested' }, NOW),
    ).toEqual({});
  });

  test('answered after a cancel is an answer all the same', () => {
    const call = happen(callIn('ringing', { cancelRequestedAt: T0 }), EVENTS.answered as CallEvent);
    expect(call.status).toBe('in_progress');
  });

  test('of a call that was then not dialled', () => {
    const call = happen(callIn('dialing', { cancelRequestedAt: T0 }), EVENTS.not_dialed as CallEvent);
    expect(call.outcome).toMatchObject({
      status: 'canceled',
      end_reason: 'canceled_by_api',
      hung_up_by: 'api',
    });
  });

  test.each([
    ['ringing', 'canceled'],
    ['in_progress', 'completed'],
  ] as const)('of a call whose agent is lost while %s → %s', (status, to) => {
    const call = happen(callIn(status, { cancelRequestedAt: T0 }), EVENTS.lost as CallEvent);
    expect(call.outcome).toMatchObject({ status: to, end_reason: 'canceled_by_api', hung_up_by: 'api' });
  });
});

describe('a lost agent', () => {
  test('may still be about to dial until its window is over', () => {
    const call = callIn('dialing', { grantExpiresAt: after(1, NOW) });
    expect(advanceCall(call, EVENTS.lost as CallEvent, NOW)).toEqual({});
    expect(happen(call, EVENTS.lost as CallEvent, after(1, NOW)).status).toBe('unknown');
  });

  test('with a leg in the room was certainly dialling', () => {
    const call = happen(callIn('dialing'), { type: 'lost', legs: [LEG], silentSince: after(1_000) });
    expect(call.outcome?.end_reason).toBe('agent_lost');
  });

  test('with a leg that was reported was certainly dialling', () => {
    const legs = [{ identity: 'callee' as const, participant_sid: 'PA_1', sip_call_id: 'abc' }];
    const call = happen(callIn('dialing', { legs }), EVENTS.lost as CallEvent);
    expect(call.outcome).toMatchObject({ end_reason: 'agent_lost', sip: { call_id: 'abc' }, rang: null });
  });

  test('keeps what the record knows', () => {
    const call = happen(callIn('in_progress'), EVENTS.lost as CallEvent);
    expect(call.outcome).toMatchObject({
      rang: true,
      ring_ms: 3_000,
      talk_ms: 5_000,
      hung_up_by: 'platform',
    });
  });

  test('that spoke meanwhile is not lost', () => {
    const event: CallEvent = { type: 'lost', legs: [], silentSince: T0 };
    expect(advanceCall(callIn('dialing'), event, NOW)).toEqual({});
  });
});

test('legs are joined by identity, and a fact that is known is not forgotten', () => {
  const legs = [{ identity: 'callee' as const, participant_sid: 'PA_1', sip_call_id: null }];
  const leg = { identity: 'callee' as const, participant_sid: null, sip_call_id: 'abc' };
  const call = happen(callIn('dialing', { legs }), report({ type: 'leg', leg }));
  expect(call.legs).toEqual([{ identity: 'callee', participant_sid: 'PA_1', sip_call_id: 'abc' }]);
});

test('a transfer that was reported stands in an outcome that does not mention it', () => {
  const transfer = { target: 'tel:+61255500100', mode: 'refer', result: 'unknown' } as const;
  const call = happen(
    callIn('in_progress', { transfer }),
    report({ type: 'ended', outcome: makeOutcome('agent_hangup', { talk_ms: 1 }) }),
  );
  expect(call.outcome?.transfer).toEqual(transfer);
});

test('reports in any order end in the same status', () => {
  const said = ['ringing', 'leg', 'answered', 'transfer', 'ended'].map((name) => EVENTS[name] as CallEvent);
  const orders = said.map((_, at) => [...said.slice(at), ...said.slice(0, at)]);
  for (const order of [...orders, [...said].reverse()]) {
    const call = [...order, ...order].reduce((state, event) => happen(state, event), callIn('dialing'));
    expect(call.status).toBe('declined');
    expect(call.outcome?.end_reason).toBe('declined');
  }
});

describe('what only the bridge knows about an end', () => {
  const ended = (
    reason: EndReason,
    sip: number | null,
    change: Partial<Call>,
    talkMs: number | null = null,
  ) =>
    happen(
      callIn(talkMs === null ? 'ringing' : 'in_progress', change),
      report({
        type: 'ended',
        outcome: makeOutcome(reason, {
          sip: { status: sip, reason: null, call_id: null },
          ...(talkMs === null ? {} : { talk_ms: talkMs }),
        }),
      }),
    ).outcome;
  const canceled = { cancelRequestedAt: T0 };

  test.each([
    ['no_answer', null, 'canceled_by_api'],
    ['no_answer', 487, 'canceled_by_api'],
    ['carrier_no_response', null, 'canceled_by_api'],
    ['agent_error', null, 'canceled_by_api'],
    ['busy', 486, 'busy'],
    ['declined', 603, 'declined'],
    ['unavailable', 480, 'unavailable'],
    ['outcome_unknown', null, 'outcome_unknown'],
  ] as const)('%s (SIP %s) of a canceled call is %s', (reason, sip, expected) => {
    expect(ended(reason, sip, canceled)?.end_reason).toBe(expected);
  });

  test('what the callee did before the cancel reached them stays', () => {
    expect(ended('callee_hangup', 200, canceled, 3_000)?.end_reason).toBe('callee_hangup');
    expect(ended('transferred', 200, { ...canceled, transfer: TRANSFER }, 3_000)?.end_reason).toBe(
      'transferred',
    );
  });

  test('a leg that the bridge took away for its length was at its maximum', () => {
    const overlong = { maxCallSeconds: 10, answeredAt: after(-10_000) };
    expect(ended('canceled_by_api', 200, overlong, 20_000)).toMatchObject({
      end_reason: 'max_duration',
      status: 'completed',
      hung_up_by: 'platform',
    });
    expect(ended('canceled_by_api', 200, {}, 5_000)?.end_reason).toBe('canceled_by_api');
  });
});

describe('a leg that LiveKit shows', () => {
  test('gives its Call-ID to an outcome whose agent saw none', () => {
    const call = [EVENTS.leg_seen, EVENTS.ended].reduce(
      (state, event) => happen(state, event as CallEvent),
      callIn('dialing'),
    );
    expect(call.outcome?.sip.call_id).toBe('x');
  });

  test('is nothing new the second time, and nothing at all before a grant', () => {
    expect(advanceCall(callIn('dialing', { legs: [LEG] }), EVENTS.leg_seen as CallEvent, NOW)).toEqual({});
    expect(advanceCall(callIn('dispatched'), EVENTS.leg_seen as CallEvent, NOW)).toEqual({});
  });

  test('after the end is late', () => {
    expect(advanceCall(callIn('busy'), EVENTS.late_leg as CallEvent, NOW)).toEqual({
      legs: [LEG],
      lateLeg: true,
    });
    expect(advanceCall(callIn('in_progress'), EVENTS.late_leg as CallEvent, NOW)).toEqual({});
  });
});

test('a power cut leaves what could not have been dispatched yet', () => {
  const later = callIn('queued', { scheduledFor: after(1, NOW) });
  expect(advanceCall(later, { type: 'power_lost' }, NOW)).toEqual({});
  expect(happen(callIn('queued', { scheduledFor: NOW }), { type: 'power_lost' }).status).toBe('unknown');
});
