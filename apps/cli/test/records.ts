/** A call record as the API gives it, without what the command line does not show. */
export const callRecord = (change: Readonly<Record<string, unknown>> = {}) => ({
  id: 'call_0199f1d2-0000-7000-8000-000000000001',
  status: 'queued',
  destination: '+61491570156',
  account_code: 'em-tech-01',
  transfer_target: 'tel:+61255500100',
  caller_id: '+61255500199',
  created_at: '2026-03-01T00:00:00.000Z',
  scheduled_for: null,
  dialing_at: null,
  ringing_at: null,
  answered_at: null,
  ended_at: null,
  cancel_requested_at: null,
  attempt: 1,
  retry_of: null,
  outcome: null,
  ...change,
});

const outcome = (change: Readonly<Record<string, unknown>>) => ({
  end_reason: 'callee_hangup',
  blame: null,
  retry: 'no',
  message: 'The call was answered and the callee hung up.',
  sip: { status: 200, reason: 'OK', call_id: 'x' },
  transfer: null,
  ring_ms: 1000,
  talk_ms: 5200,
  ...change,
});

/** The same call when it was answered and ended. */
export const completedCall = callRecord({ status: 'completed', outcome: outcome({}) });

/** The same call when the line was busy. */
export const busyCall = callRecord({
  status: 'busy',
  outcome: outcome({
    end_reason: 'busy',
    blame: 'callee',
    retry: 'later',
    message: 'The line was busy.',
    sip: { status: 486, reason: 'Busy \u001b[2J Here', call_id: 'x' },
    talk_ms: null,
  }),
});

/** The answer of POST /dispatch. */
export const acceptedCall = (change: Readonly<Record<string, unknown>> = {}) => ({
  id: callRecord().id,
  status: 'queued',
  room: null,
  dispatch_id: null,
  scheduled_for: null,
  replayed: false,
  duplicate_of: null,
  links: {},
  ...change,
});

/** A callback as the API gives it. */
export const callback = (change: Readonly<Record<string, unknown>> = {}) => ({
  id: 'cb_1',
  call_id: callRecord().id,
  event: 'call.ended',
  url: 'https://n8n.example/webhook-waiting/7',
  kind: 'resume',
  status: 'dead',
  attempts: 8,
  last_status: 404,
  last_error: null,
  created_at: '2026-03-01T00:00:00.000Z',
  next_attempt_at: null,
  delivered_at: null,
  ...change,
});
