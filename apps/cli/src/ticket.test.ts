import { expect, test } from 'vitest';
import { callRecord } from '../test/records.ts';
import type { CallRecord } from './answers.ts';
import { ticketLines, ticketSide } from './ticket.ts';

const SIDE = ticketSide({
  CALLING_TIMEZONE: 'Australia/Brisbane',
  SIP_TRUNK_HOST: 'sip.carrier.example',
  SIP_TRUNK_USERNAME: 'office',
  LIVEKIT_URL: 'wss://office.livekit.cloud',
});

const refused = (change: Record<string, unknown> = {}): CallRecord =>
  callRecord({
    status: 'failed',
    caller_name: 'Our Office',
    dialing_at: '2026-03-01T00:00:01.000Z',
    ended_at: '2026-03-01T00:00:02.500Z',
    legs: [
      {
        identity: 'callee',
        participant_sid: 'PA_1',
        sip_call_id: 'abc123',
        sip_status: 403,
        sip_reason: 'Forbidden auth ID',
      },
      {
        identity: 'target',
        participant_sid: 'PA_2',
        sip_call_id: 'def456',
        sip_status: 486,
        sip_reason: 'Busy Here',
      },
    ],
    outcome: {
      end_reason: 'caller_id_rejected',
      blame: 'operator',
      retry: 'after_fix',
      message: 'The carrier refused the caller ID.',
      sip: { status: 403, reason: 'Forbidden auth ID', call_id: 'abc123' },
      rang: false,
      transfer: null,
      ring_ms: null,
      talk_ms: null,
    },
    ...change,
  }) as CallRecord;

const fact = (text: string, name: string): string | undefined =>
  new RegExp(`^${name} +(.*)$`, 'm').exec(text)?.[1];

test('a ticket holds what a carrier looks a call up by', () => {
  const text = ticketLines(refused(), SIDE);
  expect(fact(text, 'direction')).toContain('outgoing');
  expect(fact(text, 'from \\(caller ID\\)')).toBe('+61255500199');
  expect(fact(text, 'to')).toBe('+61491570156');
  expect(fact(text, 'Call-ID')).toBe('abc123');
  expect(fact(text, 'final answer')).toBe('403 Forbidden auth ID');
  expect(fact(text, 'account code')).toBe('em-tech-01');
  expect(fact(text, 'trunk')).toBe('sip.carrier.example');
  expect(fact(text, 'SIP service')).toContain('office.livekit.cloud');
  expect(text).toMatch(/^dialled +2026-03-01T00:00:01\.000Z +.*10:00:01/m);
  expect(text).toMatch(/^target +def456 +486 Busy Here$/m);
  expect(text).toContain('What we expected: The caller ID is taken as approved');
  expect(text).toContain('What we saw: The carrier refused the caller ID.');
});

test('what was expected can be said in other words', () => {
  expect(ticketLines(refused(), { ...SIDE, expected: 'A ring.' })).toContain('What we expected: A ring.');
});

test('a call without a final answer says so', () => {
  const text = ticketLines(refused({ outcome: null, status: 'ringing', ended_at: null, legs: [] }), SIDE);
  expect(fact(text, 'final answer')).toBe('no final answer seen');
  expect(fact(text, 'Call-ID')).toContain('not seen');
});

test('a call that no carrier saw, or whose numbers are gone, has no ticket', () => {
  expect(() => ticketLines(refused({ dialing_at: null, status: 'canceled' }), SIDE)).toThrow('never dialled');
  expect(() => ticketLines(refused({ purged_at: '2026-03-02T00:00:00.000Z' }), SIDE)).toThrow('deleted');
});

test('a time zone must exist', () => {
  expect(() => ticketSide({}, 'Brisbane')).toThrow('Australia/Brisbane');
});
