import { CALL_STATUSES, type CallStatus, isFinal, makeOutcome } from '@outdial/telephony';
import { describe, expect, test } from 'vitest';
import { aCall, after, calleeLeg, callIn, report, T0, TOKEN } from '../../test/fixtures.ts';
import { advanceCall, type CallEvent } from './advance-call.ts';
import type { Call } from './call.ts';
import type { CallChange } from './call-change.ts';

const NOW = after(10_000);
const TRANSFER = { target: 'tel:+61255500100', mode: 'refer', result: 'confirmed' } as const;

const EVENTS = {
  dispatched: { type: 'dispatched', nextDispatchAt: after(15_000) },
  granted: { type: 'granted', token: TOKEN, dispatch: 1, jobId: 'AJ_1' },
  alive: report({ type: 'alive' }),
  not_dialed: report({ type: 'not_dialed', message: 'too late' }),
  ringing: report({ type: 'ringing' }),
  answered: report({ type: 'answered' }),
  leg: report({ type: 'leg', leg: calleeLeg() }),
  transfer: report({ type: 'transfer', transfer: TRANSFER }),
  ended: report({ type: 'ended', outcome: makeOutcome('declined') }),
  cancel: { type: 'cancel_requested' },
  expired: { type: 'not_after_passed' },
  postponed: { type: 'postponed', until: after(3_000_000), notAfter: after(6_000_000) },
  no_agent: { type: 'no_agent', message: null },
  livekit_rejected: { type: 'livekit_rejected', dispatch: 1 },
  blocked: { type: 'blocked', message: 'not today' },
  leg_seen: { type: 'leg_seen', leg: calleeLeg() },
  late_leg: { type: 'late_leg', legs: [calleeLeg()] },
  power_lost: { type: 'power_lost' },
  lost: { type: 'lost', legs: [], silentSince: after(1_000) },
} as const satisfies Readonly<Record<string, CallEvent>>;
type EventName = keyof typeof EVENTS;

/** The status that each event leads to; what is not here leaves the status as it is. */
const LEADS_TO: Readonly<Partial<Record<EventName, Partial<Record<CallStatus, CallStatus>>>>> = {
  dispatched: { queued: 'dispatched', dispatched: 'dispatched' },
  granted: { dispatched: 'dialing' },
  not_dialed: { dialing: 'failed' },
  ringing: { dialing: 'ringing' },
  answered: { dialing: 'in_progress', ringing: 'in_progress' },
  ended: { dialing: 'declined', ringing: 'declined', in_progress: 'declined' },
  cancel: { queued: 'canceled', dispatched: 'canceled' },
  expired: { queued: 'canceled', dispatched: 'canceled' },
  postponed: { dispatched: 'queued' },
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

/** Nothing that is final changes; only these facts may still be added to a call that is over. */
const AFTER_THE_END: Readonly<Partial<Record<EventName, readonly (keyof Call)[]>>> = {
  leg: ['legs'],
  leg_seen: ['legs'],
  late_leg: ['legs', 'lateLeg'],
};

/** Events that change a call whose status they leave as it is. */
const CHANGES_ANYHOW: Readonly<Partial<Record<EventName, readonly CallStatus[]>>> = {
  postponed: ['queued'],
  ringing: [],
  answered: [],
  leg: ['dialing', 'ringing', 'in_progress'],
  transfer: ['dialing', 'ringing', 'in_progress'],
  leg_seen: ['dialing', 'ringing', 'in_progress'],
  cancel: ['dialing', 'ringing', 'in_progress'],
};

const table = (Object.keys(EVENTS) as EventName[]).flatMap((event) =>
  CALL_STATUSES.map((status) => ({ event, status, to: LEADS_TO[event]?.[status] ?? status })),
);

const happen = (call: Call, event: CallEvent, now = NOW): Call => ({
  ...call,
  ...advanceCall(call, event, now),
});
const names = (change: CallChange): readonly string[] => Object.keys(change).sort();

describe('every event in every status', () => {
  test.each(table)('$event while $status → $to', ({ event, status, to }) => {
    const call = callIn(status);
    const next = happen(call, EVENTS[event]);
    expect(next.status).toBe(to);
    expect(next.outcome === null).toBe(!isFinal(to));
    expect(next.endedAt === null).toBe(!isFinal(to));
    if (isFinal(to) && !isFinal(status)) expect(next.outcome?.status).toBe(to);
  });

  test.each(table)('$event while $status changes what it may and nothing else', ({ event, status, to }) => {
    const change = advanceCall(callIn(status), EVENTS[event], NOW);
    if (isFinal(status)) expect(names(change)).toEqual([...(AFTER_THE_END[event] ?? [])].sort());
    else if (to === status && event !== 'dispatched' && event !== 'answered') {
      expect(names(change).length > 0).toBe(CHANGES_ANYHOW[event]?.includes(status) ?? false);
    } else if (to !== status) expect(names(change)).toContain('status');
  });

  test.each(table)('$event twice while $status changes nothing more', ({ event, status }) => {
    if (event === 'dispatched' || event === 'ended') return;
    const once = happen(callIn(status), EVENTS[event]);
    expect(happen(once, EVENTS[event])).toEqual(once);
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

test('reports in any order, twice, end in the same status', () => {
  const said = (['ringing', 'leg', 'answered', 'transfer', 'ended'] as const).map((name) => EVENTS[name]);
  const orders = said.map((_, at) => [...said.slice(at), ...said.slice(0, at)]);
  for (const order of [...orders, [...said].reverse()]) {
    const call = [...order, ...order].reduce<Call>((state, event) => happen(state, event), callIn('dialing'));
    expect(call).toMatchObject({ status: 'declined', outcome: { end_reason: 'declined' } });
  }
});

describe('a dispatch', () => {
  test('again has another room and keeps the time of the first', () => {
    const call = happen(callIn('dispatched'), EVENTS.dispatched);
    expect(call).toMatchObject({
      dispatchNumber: 2,
      room: `call-${call.id}-2`,
      dispatchId: null,
      dispatchedAt: T0,
      nextDispatchAt: after(15_000),
    });
  });

  test.each([
    ['after a cancel', { cancelRequestedAt: T0 }],
    ['when not_after is over', { notAfter: NOW }],
  ])('is not made %s', (_name, change) => {
    expect(advanceCall(callIn('queued', change), EVENTS.dispatched, NOW)).toEqual({});
  });
});

describe('grant', () => {
  const granted = (change: Partial<Call>) => happen(callIn('dispatched', change), EVENTS.granted);

  test('is good for three seconds', () => {
    expect(granted({})).toMatchObject({
      grantToken: TOKEN,
      dialingAt: NOW,
      lastAliveAt: NOW,
      grantExpiresAt: after(3_000, NOW),
      nextDispatchAt: null,
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
    const call = happen(callIn('ringing'), EVENTS.cancel);
    expect(call).toMatchObject({ status: 'ringing', cancelRequestedAt: NOW, outcome: null });
  });

  test('is noted once', () => {
    expect(advanceCall(callIn('ringing', { cancelRequestedAt: T0 }), EVENTS.cancel, NOW)).toEqual({});
  });

  test('answered after a cancel is an answer all the same', () => {
    expect(happen(callIn('ringing', { cancelRequestedAt: T0 }), EVENTS.answered).status).toBe('in_progress');
  });

  test.each([
    ['dialing', 'canceled', [calleeLeg()]],
    ['ringing', 'canceled', []],
    ['in_progress', 'completed', []],
  ] as const)('of a call whose agent is lost while %s → %s', (status, to, legs) => {
    const call = happen(callIn(status, { cancelRequestedAt: T0 }), { ...EVENTS.lost, legs });
    expect(call.outcome).toMatchObject({ status: to, end_reason: 'canceled_by_api', hung_up_by: 'api' });
  });
});

test('a call that is blocked says why', () => {
  expect(happen(callIn('queued'), EVENTS.blocked).outcome).toMatchObject({
    end_reason: 'blocked',
    message: 'not today',
  });
});

describe('a lost agent', () => {
  test('with a leg in the room was certainly dialling, and the leg is written down', () => {
    const call = happen(callIn('dialing'), { ...EVENTS.lost, legs: [calleeLeg('xyz')] });
    expect(call).toMatchObject({
      outcome: { end_reason: 'agent_lost', sip: { call_id: 'xyz' }, hung_up_by: 'platform' },
      legs: [calleeLeg('xyz')],
    });
  });

  test('with a leg that was reported was certainly dialling', () => {
    const call = happen(callIn('dialing', { legs: [calleeLeg()] }), EVENTS.lost);
    expect(call.outcome).toMatchObject({ end_reason: 'agent_lost', sip: { call_id: 'abc' }, rang: null });
  });

  test('keeps what the record knows', () => {
    const call = happen(callIn('in_progress', { transfer: TRANSFER }), EVENTS.lost);
    expect(call.outcome).toMatchObject({ rang: true, ring_ms: 3_000, talk_ms: 5_000, transfer: TRANSFER });
  });

  test('that spoke meanwhile is not lost', () => {
    expect(advanceCall(callIn('in_progress'), { ...EVENTS.lost, silentSince: T0 }, NOW)).toEqual({});
    expect(advanceCall(callIn('in_progress'), { ...EVENTS.lost, silentSince: null }, NOW)).toEqual({});
  });

  test.each(['dialing', 'ringing', 'in_progress'] as const)(
    'while %s has its window to dial: no end before it is over',
    (status) => {
      const call = callIn(status, { grantExpiresAt: NOW });
      expect(advanceCall(call, EVENTS.lost, after(-1, NOW))).toEqual({});
      expect(happen(call, EVENTS.lost, NOW).endedAt).toEqual(NOW);
    },
  );
});

describe('a leg that LiveKit shows', () => {
  test.each(['queued', 'dispatched'] as const)('while %s is none of ours: nobody was granted', (status) => {
    expect(advanceCall(callIn(status), EVENTS.leg_seen, NOW)).toEqual({});
    expect(advanceCall(callIn(status), EVENTS.late_leg, NOW)).toEqual({});
  });

  test('gives its Call-ID to an outcome without one', () => {
    const seen = happen(callIn('dialing'), EVENTS.leg_seen);
    expect(happen(seen, EVENTS.ended).outcome?.sip.call_id).toBe('abc');
  });

  test('takes none from an outcome that has its own', () => {
    const seen = happen(callIn('dialing'), EVENTS.leg_seen);
    const outcome = makeOutcome('busy', { sip: { status: 486, reason: 'Busy Here', call_id: 'own' } });
    const call = happen(seen, report({ type: 'ended', outcome }));
    expect(call.outcome?.sip).toEqual({ status: 486, reason: 'Busy Here', call_id: 'own' });
  });

  test('is joined by identity, and a fact that is known is not forgotten', () => {
    const call = callIn('dialing', { legs: [{ ...calleeLeg(null) }] });
    const leg = { ...calleeLeg('abc'), participant_sid: null };
    expect(happen(call, { type: 'leg_seen', leg }).legs).toEqual([calleeLeg('abc')]);
    const target = { ...calleeLeg(), identity: 'target' } as const;
    expect(happen(call, { type: 'leg_seen', leg: target }).legs).toEqual([calleeLeg(null), target]);
  });

  test('late is marked, once', () => {
    const call = happen(callIn('busy'), EVENTS.late_leg);
    expect(call).toMatchObject({ lateLeg: true, legs: [calleeLeg()] });
    expect(advanceCall(call, EVENTS.late_leg, NOW)).toEqual({});
  });
});

describe('a power loss', () => {
  test('leaves a call that is scheduled for later', () => {
    expect(advanceCall(callIn('queued', { scheduledFor: after(1, NOW) }), EVENTS.power_lost, NOW)).toEqual(
      {},
    );
  });

  test('ends one whose time had come: it may have been dialled', () => {
    const call = happen(aCall({ ...callIn('queued'), scheduledFor: NOW }), EVENTS.power_lost);
    expect(call.outcome).toMatchObject({ end_reason: 'outcome_unknown', retry: 'no' });
    expect(call.outcome?.message).toContain('DATABASE_URL');
  });
});

describe('a call that is put off', () => {
  test.each(['queued', 'dispatched'] as const)(
    'waits until then, %s before or not, as if nobody had been asked',
    (status) => {
      expect(advanceCall(callIn(status), EVENTS.postponed, NOW)).toEqual({
        status: 'queued',
        scheduledFor: after(3_000_000),
        notAfter: after(6_000_000),
        dispatchedAt: null,
        nextDispatchAt: null,
      });
    },
  );

  test('is dispatched later with the next number', () => {
    const call = callIn('dispatched');
    const waiting = { ...call, ...advanceCall(call, EVENTS.postponed, NOW) };
    const again = advanceCall(waiting, EVENTS.dispatched, after(3_000_000));
    expect(again).toMatchObject({ status: 'dispatched', dispatchNumber: 2, dispatchedAt: after(3_000_000) });
  });

  test('is no call that somebody may dial, and none that is to end', () => {
    expect(advanceCall(callIn('dialing'), EVENTS.postponed, NOW)).toEqual({});
    expect(advanceCall(callIn('queued', { cancelRequestedAt: NOW }), EVENTS.postponed, NOW)).toEqual({});
  });

  test('says why when it is too late for it', () => {
    const event = { type: 'not_after_passed', message: 'The hours are over.' } as const;
    expect(advanceCall(callIn('queued'), event, NOW)).toMatchObject({
      outcome: { end_reason: 'expired', message: 'The hours are over.' },
    });
  });
});
