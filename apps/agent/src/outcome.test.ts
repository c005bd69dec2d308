import { expect, test } from 'vitest';
import { type CallFacts, outcomeOf } from './outcome.ts';

const leg = {
  seen: true,
  ringingAt: 1_000,
  activeAt: null,
  participantSid: 'PA_1',
  sipCallId: 'abc',
  gone: null,
  roomLost: null,
};
const facts: CallFacts = {
  end: { reason: 'callee_hangup', hungUpBy: 'callee' },
  leg,
  watched: true,
  answeredAt: 3_000,
  endedAt: 13_000,
  sipStatus: null,
  sipReason: null,
  answeredBy: 'human' as const,
  transfer: null,
};

test('an answered call has its times, its Call-ID and 200', () => {
  expect(outcomeOf(facts)).toMatchObject({
    status: 'completed',
    end_reason: 'callee_hangup',
    hung_up_by: 'callee',
    rang: true,
    ring_ms: 2_000,
    talk_ms: 10_000,
    sip: { status: 200, reason: 'OK', call_id: 'abc' },
  });
});

test('a refused call keeps the words of the carrier and was not answered by anybody', () => {
  const outcome = outcomeOf({
    ...facts,
    end: { reason: 'busy', hungUpBy: null },
    leg: { ...leg, ringingAt: null },
    answeredAt: null,
    sipStatus: 486,
    sipReason: 'Busy Here',
  });
  expect(outcome).toMatchObject({
    status: 'busy',
    rang: false,
    ring_ms: null,
    talk_ms: null,
    answered_by: null,
    sip: { status: 486, reason: 'Busy Here' },
  });
});

test('what broke while it rang did not complete the call', () => {
  const outcome = outcomeOf({
    ...facts,
    end: { reason: 'provider_error', hungUpBy: 'agent', message: 'tts: gone' },
    answeredAt: null,
  });
  expect(outcome).toMatchObject({ status: 'failed', end_reason: 'agent_error', message: 'tts: gone' });
});

test.each([
  ['nobody watched', { watched: false }, null],
  ['the leg was never seen', { leg: { ...leg, seen: false, ringingAt: null } }, null],
  ['404 may follow an announcement', { sipStatus: 404 }, null],
  ['503 likewise', { sipStatus: 503 }, null],
  ['it was watched and did not ring', { sipStatus: 486 }, false],
])('rang is %s → %s', (_case, changes, rang) => {
  const unanswered = { ...facts, answeredAt: null, leg: { ...leg, ringingAt: null }, ...changes };
  expect(outcomeOf(unanswered).rang).toBe(rang);
});
