import { describe, expect, test } from 'vitest';
import {
  CALL_STATUSES,
  type CallOutcome,
  callOutcomeSchema,
  FINAL_STATUSES,
  isFinal,
  makeOutcome,
} from './call-outcome.ts';
import { END_REASON_NAMES, END_REASONS, type EndReason } from './end-reason.ts';

// Status, blame, retry of every end reason, written out a second time on purpose.
const TABLE: Record<EndReason, readonly [CallOutcome['status'], CallOutcome['blame'], CallOutcome['retry']]> =
  {
    callee_hangup: ['completed', null, 'no'],
    agent_hangup: ['completed', null, 'no'],
    transferred: ['completed', null, 'no'],
    voicemail_left: ['completed', null, 'no'],
    voicemail_detected: ['completed', null, 'no'],
    max_duration: ['completed', null, 'no'],
    silence_timeout: ['completed', null, 'no'],
    media_timeout: ['completed', 'carrier', 'no'],
    provider_error: ['completed', 'provider', 'later'],
    busy: ['busy', 'callee', 'later'],
    declined: ['declined', 'callee', 'no'],
    unavailable: ['no_answer', 'callee', 'later'],
    no_answer: ['no_answer', 'callee', 'later'],
    carrier_no_response: ['failed', 'carrier', 'later'],
    invalid_number: ['failed', 'caller', 'no'],
    caller_id_rejected: ['failed', 'operator', 'after_fix'],
    carrier_refused: ['failed', 'operator', 'after_fix'],
    carrier_auth_failed: ['failed', 'operator', 'after_fix'],
    codec_mismatch: ['failed', 'operator', 'after_fix'],
    protocol_mismatch: ['failed', 'operator', 'after_fix'],
    carrier_error: ['failed', 'carrier', 'later'],
    carrier_rate_limited: ['failed', 'carrier', 'later'],
    trunk_misconfigured: ['failed', 'operator', 'after_fix'],
    livekit_rejected: ['failed', 'operator', 'after_fix'],
    sip_unavailable: ['failed', 'platform', 'later'],
    not_dialed: ['failed', 'platform', 'later'],
    agent_unavailable: ['failed', 'platform', 'later'],
    agent_lost: ['failed', 'platform', 'no'],
    agent_error: ['failed', 'platform', 'no'],
    canceled_by_api: ['canceled', 'caller', 'no'],
    expired: ['canceled', 'caller', 'no'],
    blocked: ['canceled', 'caller', 'no'],
    outcome_unknown: ['unknown', 'platform', 'no'],
  };

const TRANSFER = { target: 'tel:+61255500100', mode: 'refer', result: 'confirmed' } as const;

test.each([
  ['completed, but never answered', makeOutcome('callee_hangup')],
  ['transferred, but nowhere', makeOutcome('transferred', { talk_ms: 1 })],
  ['longer than a day', makeOutcome('callee_hangup', { talk_ms: 90_000_000 })],
])('an outcome that is %s is refused', (_case, outcome) => {
  expect(callOutcomeSchema.safeParse(outcome).success).toBe(false);
});

describe('the table of end reasons', () => {
  test.each(END_REASON_NAMES)('%s', (endReason) => {
    const answered = TABLE[endReason][0] === 'completed' ? { talk_ms: 1, transfer: TRANSFER } : {};
    const outcome = makeOutcome(endReason, answered);
    expect([outcome.status, outcome.blame, outcome.retry]).toEqual(TABLE[endReason]);
    expect(outcome.message).toMatch(/^[A-Z][^.]*[^ ]\.$/);
    expect(callOutcomeSchema.safeParse(outcome).success).toBe(true);
  });

  test('is closed', () => {
    expect(Object.keys(END_REASONS).sort()).toEqual([...END_REASON_NAMES].sort());
    expect(Object.keys(TABLE).sort()).toEqual([...END_REASON_NAMES].sort());
  });

  test('the reasons that also end answered calls', () => {
    expect(makeOutcome('canceled_by_api', { talk_ms: 0, hung_up_by: 'api' })).toMatchObject({
      status: 'completed',
      blame: null,
      retry: 'no',
      hung_up_by: 'api',
    });
    expect(makeOutcome('agent_error', { talk_ms: 10 })).toMatchObject({
      status: 'completed',
      blame: 'platform',
    });
    expect(makeOutcome('agent_lost', { talk_ms: 10 })).toMatchObject({ status: 'failed' });
  });

  test('messages that must name what to change', () => {
    expect(END_REASONS.caller_id_rejected.message).toContain('SIP_FROM_NUMBER');
    for (const cause of ['caller ID', 'source address', 'barred', 'credit']) {
      expect(END_REASONS.carrier_refused.message).toContain(cause);
    }
  });
});

describe('makeOutcome', () => {
  test('keeps the evidence and fills the rest with null', () => {
    const sip = { status: 486, reason: 'Busy Here', call_id: 'abc' };
    expect(makeOutcome('busy', { sip, rang: false, message: 'Busy.' })).toEqual({
      status: 'busy',
      end_reason: 'busy',
      blame: 'callee',
      retry: 'later',
      message: 'Busy.',
      sip,
      rang: false,
      answered_by: null,
      hung_up_by: null,
      transfer: null,
      ring_ms: null,
      talk_ms: null,
    });
    expect(makeOutcome('outcome_unknown').sip).toEqual({ status: null, reason: null, call_id: null });
  });

  test.each([
    [404, null],
    [410, null],
    [484, null],
    [500, null],
    [503, null],
    [599, null],
    [480, true],
    [486, true],
    [603, true],
    [604, true],
  ])('ringing before %d counts as %s', (status, rang) => {
    expect(makeOutcome('no_answer', { sip: { status, reason: null, call_id: null }, rang: true }).rang).toBe(
      rang,
    );
  });
});

describe('callOutcomeSchema refuses', () => {
  const outcome = makeOutcome('busy');
  test.each([
    ['another status', { ...outcome, status: 'completed' }],
    ['another blame', { ...outcome, blame: 'carrier' }],
    ['another retry', { ...outcome, retry: 'no' }],
    ['an unknown reason', { ...outcome, end_reason: 'aliens' }],
    ['a field too many', { ...outcome, extra: 1 }],
    ['a field too few', { ...outcome, sip: undefined }],
    ['a fraction of a millisecond', { ...outcome, ring_ms: 1.5 }],
    ['negative time', { ...outcome, talk_ms: -1 }],
    ['no SIP status', { ...outcome, sip: { ...outcome.sip, status: 42 } }],
  ])('%s', (_, value) => {
    expect(callOutcomeSchema.safeParse(value).success).toBe(false);
  });
});

test('a call is over in exactly the final statuses', () => {
  expect(CALL_STATUSES.filter(isFinal)).toEqual([...FINAL_STATUSES]);
  expect(CALL_STATUSES).toHaveLength(12);
});
