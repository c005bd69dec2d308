import { describe, expect, test } from 'vitest';
import { makeOutcome } from './call-outcome.ts';
import { grantAnswerSchema, grantRequestSchema, reportAnswerSchema, reportSchema } from './call-report.ts';

const token = 'a-random-token-of-32-characters!';
const base = { token, seq: 1, at_ms: 0 };
const call = {
  id: 'call_1',
  destination: '+61402012298',
  account_code: 'em-tech-01',
  transfer_target: 'tel:+61731071901',
  caller_id: '+61731071900',
  caller_name: null,
  ring_timeout_seconds: 45,
  max_call_seconds: 840,
  voicemail: 'hang_up',
  record: false,
  playbook: {
    name: 'default',
    language: 'en',
    voice: null,
    greeting: 'Hello.',
    instructions: 'Help.',
    tools: ['end_call'],
    transfer_targets: [{ name: 'default', description: null, uri: 'tel:+61731071901' }],
    voicemail_message: null,
    recording_notice: null,
    silence: { prompt_after_seconds: 10, prompts: ['Are you there?'] },
    result_schema: null,
  },
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
};

describe('grant', () => {
  test('the request', () => {
    const request = { token, dispatch: 1, job_id: 'AJ_1' };
    expect(grantRequestSchema.parse(request)).toEqual(request);
    for (const wrong of [
      { token: 'short' },
      { dispatch: 0 },
      { dispatch: 1.5 },
      { job_id: '' },
      { extra: 1 },
    ]) {
      expect(grantRequestSchema.safeParse({ ...request, ...wrong }).success).toBe(false);
    }
  });

  test('the answers', () => {
    const granted = { granted: true, dial_within_ms: 3_000, call };
    expect(grantAnswerSchema.parse(granted)).toEqual(granted);
    for (const reason of ['taken', 'canceled', 'expired', 'final']) {
      expect(grantAnswerSchema.parse({ granted: false, reason })).toEqual({ granted: false, reason });
    }
    expect(grantAnswerSchema.safeParse({ granted: false, reason: 'other' }).success).toBe(false);
    expect(grantAnswerSchema.safeParse({ granted: true, dial_within_ms: 1 }).success).toBe(false);
  });

  test('an older agent ignores what a newer bridge adds', () => {
    const parsed = grantAnswerSchema.parse({
      granted: true,
      dial_within_ms: 1,
      call: { ...call, later: 1 },
      more: 2,
    });
    expect(parsed).toEqual({ granted: true, dial_within_ms: 1, call });
  });

  test.each([
    { destination: '61402012298' },
    { destination: '+61402012298\r\n' },
    { transfer_target: 'http://example.com' },
    { transfer_target: 'sip:a@b\r\nX: 1' },
    { ring_timeout_seconds: 76 },
    { ring_timeout_seconds: 25.5 },
    { max_call_seconds: 9 },
  ])('no call with %j', (wrong) => {
    const answer = { granted: true, dial_within_ms: 1, call: { ...call, ...wrong } };
    expect(grantAnswerSchema.safeParse(answer).success).toBe(false);
  });
});

describe('what is only for watching fails nothing', () => {
  test.each([undefined, null, 'not a trace'])('a grant with the trace %j', (traceparent) => {
    const answer = { granted: true, dial_within_ms: 1, call: { ...call, traceparent } };
    expect(grantAnswerSchema.parse(answer)).toMatchObject({ call: { ...call, traceparent: null } });
  });

  const speech = {
    vad_late_windows: 3,
    vad_max_lag_ms: 240,
    voice_retries: 1,
    voice_fallbacks: 0,
    voice_lost: 0,
    loop_delay_ms: 12,
  };
  const ended = { ...base, type: 'ended', outcome: makeOutcome('busy') };

  test('an outcome with how well speech went', () => {
    expect(reportSchema.parse({ ...ended, speech })).toEqual({ ...ended, speech });
  });

  test.each([null, 'well', { ...speech, loop_delay_ms: -1 }, { ...speech, voice_retries: 0.5 }, {}])(
    'an outcome with the figures %j',
    (wrong) => {
      const parsed = reportSchema.parse({ ...ended, speech: wrong });
      expect(parsed).toMatchObject(ended);
      expect(parsed).toHaveProperty('speech', undefined);
    },
  );
});

describe('reports', () => {
  test.each([
    { ...base, type: 'alive' },
    { ...base, type: 'not_dialed', message: 'The grant was over.' },
    { ...base, type: 'ringing' },
    { ...base, type: 'answered' },
    {
      ...base,
      type: 'leg',
      leg: {
        identity: 'callee',
        participant_sid: 'PA_1',
        sip_call_id: null,
        sip_status: 486,
        sip_reason: 'Busy Here',
      },
    },
    {
      ...base,
      type: 'transfer',
      transfer: { target: 'tel:+61731071901', mode: 'refer', result: 'confirmed' },
    },
    { ...base, type: 'ended', outcome: makeOutcome('callee_hangup', { talk_ms: 1_000 }) },
  ])('$type', (report) => {
    expect(reportSchema.parse(report)).toEqual(report);
  });

  test.each([
    { ...base, type: 'unheard_of' },
    { ...base, type: 'alive', seq: 0 },
    { ...base, type: 'alive', at_ms: -1 },
    { ...base, type: 'alive', at_ms: 0.5 },
    { ...base, type: 'alive', extra: 1 },
    { ...base, type: 'not_dialed' },
    { ...base, type: 'leg', leg: { identity: 'somebody', participant_sid: null, sip_call_id: null } },
    { ...base, type: 'ended' },
    { ...base, type: 'ended', outcome: { ...makeOutcome('busy'), status: 'completed' } },
  ])('refused: %j', (report) => {
    expect(reportSchema.safeParse(report).success).toBe(false);
  });

  test('the answer', () => {
    expect(reportAnswerSchema.parse({ cancel: true })).toEqual({ cancel: true });
    expect(reportAnswerSchema.safeParse({}).success).toBe(false);
  });
});
