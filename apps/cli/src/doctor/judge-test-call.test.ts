import { expect, test } from 'vitest';
import { type Evidence, judgeTestCall } from './judge-test-call.ts';

const turn = (speaker: string, at_ms: number, text = 'Hello.') => ({
  speaker,
  at_ms,
  text,
  interrupted: false,
});
const BOTH = { turns: [turn('agent', 100), turn('callee', 2300)] };

const record = (change: object = {}, outcome: object = {}): Evidence => ({
  id: 'call_1',
  status: 'completed',
  answered_at: '2026-03-01T00:00:00.000Z',
  outcome: {
    end_reason: 'callee_hangup',
    message: 'The callee hung up.',
    sip: { status: 200, reason: 'OK', call_id: 'abc123' },
    hung_up_by: 'callee',
    ring_ms: 1200,
    talk_ms: 8100,
    ...outcome,
  },
  ...change,
});

test('a call in which both were heard passes, and tells the evidence', () => {
  expect(judgeTestCall(record(), BOTH)).toEqual({
    verdict: 'pass',
    seen: 'call_1 was answered after 1.2 s, talked for 8.1 s, ended by callee (callee_hangup); SIP 200 OK, Call-ID abc123; agent first heard saying something at 0.1 s, callee at 2.3 s.',
    mend: null,
  });
});

test.each([
  ['nothing came from the callee', record(), { turns: [turn('agent', 100)] }, 'warn', /RTP/],
  [
    'the callee’s turn is empty',
    record(),
    { turns: [turn('agent', 100), turn('callee', 1, ' ')] },
    'warn',
    /RTP/,
  ],
  ['the agent never spoke', record(), { turns: [turn('callee', 100)] }, 'fail', /agent said nothing/],
  ['the sound stopped', record({}, { end_reason: 'media_timeout' }), BOTH, 'fail', /RTP/],
  ['the voice failed', record({}, { end_reason: 'provider_error' }), BOTH, 'fail', /cartesia-host/],
  ['no transcript came', record(), null, 'warn', /--transcript/],
  ['it was busy', record({ answered_at: null, status: 'busy' }), null, 'warn', /carrier was reached/],
  ['the carrier refused', record({ answered_at: null, status: 'failed' }), null, 'fail', /outcomes/],
  ['there is no outcome', record({ outcome: null }), null, 'fail', /calls show/],
] as const)('%s', (_name, call, transcript, verdict, mend) => {
  expect(judgeTestCall(call, transcript)).toMatchObject({ verdict, mend: expect.stringMatching(mend) });
});
