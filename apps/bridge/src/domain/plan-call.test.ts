import { describe, expect, test } from 'vitest';
import { aChoice, settings, T0 } from '../../test/fixtures.ts';
import { NO_USAGE } from './call-caps.ts';
import { parseAllowedHosts } from './callback-target.ts';
import type { DispatchCommand } from './dispatch-command.ts';
import { callFingerprint, requestDigest } from './fingerprint.ts';
import type { DestinationHistory } from './guard-rails.ts';
import { planCall } from './plan-call.ts';

const command = (change: Partial<DispatchCommand> = {}): DispatchCommand => ({
  destination: '0491 570 156',
  caller_id: 'LiveKitNehosHosted',
  ...change,
});

const caller = (change: Partial<ReturnType<typeof settings>['callerId']>) => ({
  ...settings().callerId,
  ...change,
});

test('a request becomes a call, defaults filled in', () => {
  const plan = planCall(
    command({ transfer_target: '02 5550 0100' }),
    settings({ displayName: 'Nehos' }),
    T0,
    aChoice(),
  );
  expect(plan).toMatchObject({
    status: 'planned',
    warning: null,
    call: {
      destination: '+61491570156',
      transferTarget: 'tel:+61255500100',
      callerId: 'LiveKitNehosHosted',
      callerIdSource: 'request',
      callerName: 'Nehos',
      ringTimeoutSeconds: 45,
      maxCallSeconds: 840,
      maxAttempts: 1,
      retryMinutes: null,
      attempt: 1,
      retryOf: null,
      trunk: 'default',
      voicemail: 'hang_up',
      scheduledFor: null,
      notAfter: new Date('2026-03-02T01:00:00Z'),
      notAfterGiven: false,
    },
  });
});

describe('times', () => {
  const times = (change: Partial<DispatchCommand>) => {
    const plan = planCall(command(change), settings(), T0, aChoice());
    if (plan.status !== 'planned') throw new Error(plan.detail);
    const { scheduledFor, notAfter, notAfterGiven } = plan.call;
    return [scheduledFor?.toISOString() ?? null, notAfter.toISOString(), notAfterGiven];
  };

  test('a schedule gives an hour from its time', () => {
    expect(times({ schedule_at: '2026-03-02T13:00:00+10:00' })).toEqual([
      '2026-03-02T03:00:00.000Z',
      '2026-03-02T04:00:00.000Z',
      false,
    ]);
  });

  test('a schedule that has passed is now', () => {
    expect(times({ schedule_at: '2026-03-02T00:00:00Z' })).toEqual([null, '2026-03-02T01:00:00.000Z', false]);
  });

  test('not_after is kept as it was given', () => {
    expect(times({ schedule_at: '2026-03-02T03:00:00Z', not_after: '2026-03-03T00:00:00Z' })).toEqual([
      '2026-03-02T03:00:00.000Z',
      '2026-03-03T00:00:00.000Z',
      true,
    ]);
  });
});

test('attempts and pauses are kept', () => {
  const plan = planCall(command({ max_attempts: 3, retry_minutes: [5, 10] }), settings(), T0, aChoice());
  expect(plan).toMatchObject({ call: { maxAttempts: 3, retryMinutes: [5, 10] } });
});

test('the request overrides the defaults', () => {
  const asked = {
    ring_timeout_seconds: 20,
    max_call_seconds: 60,
    caller_name: 'Kim',
    not_after: '2026-03-02T10:30:00+10:00',
  };
  const plan = planCall(command(asked), settings({ displayName: 'Nehos' }), T0, aChoice());
  expect(plan).toMatchObject({
    call: {
      ringTimeoutSeconds: 20,
      maxCallSeconds: 60,
      callerName: 'Kim',
      notAfter: new Date('2026-03-02T00:30:00Z'),
    },
  });
});

describe('caller ID', () => {
  test.each([
    ['SIP_FROM_NUMBER', { fromNumber: '+61255500199', fromIdentity: 'Name' }, '+61255500199'],
    ['SIP_FROM_IDENTITY', { fromIdentity: 'Name' }, 'Name'],
    ['destination', {}, '61491570156'],
  ])('from %s', (source, change, callerId) => {
    const plan = planCall(
      { destination: '0491570156' },
      settings({ callerId: caller(change) }),
      T0,
      aChoice(),
    );
    expect(plan).toMatchObject({ call: { callerId, callerIdSource: source } });
    if (plan.status === 'planned') expect(plan.warning === null).toBe(source !== 'destination');
  });
});

const NOTHING_KNOWN: DestinationHistory = {
  doNotCall: false,
  doNotCallTargets: [],
  apiKeyName: 'n8n',
  usage: NO_USAGE,
  pause: null,
};

describe('refusals', () => {
  const strict = settings({ policy: { ...settings().policy, allowFictitious: false } });
  const listed = settings({
    policy: { ...settings().policy, callerIdsAllowed: ['+61255500199'] },
    callerId: caller({ allowed: ['+61255500199'] }),
  });
  test.each([
    ['a number that is none', command({ destination: '12' }), settings(), 'invalid_number', 'destination'],
    ['an emergency number', command({ destination: '000' }), settings(), 'emergency_number', 'destination'],
    [
      'another country',
      command({ destination: '+64 21 123 4567' }),
      settings(),
      'country_not_allowed',
      'destination',
    ],
    [
      'a premium number',
      command({ destination: '1900 123 456' }),
      settings(),
      'number_type_not_allowed',
      'destination',
    ],
    ['a fictitious number', command(), strict, 'fictitious_number', 'destination'],
    ['a caller ID off the list', command(), listed, 'caller_id_not_allowed', 'caller_id'],
    ['no caller ID with a list', { destination: '0491570156' }, listed, 'caller_id_missing', 'caller_id'],
    [
      'no caller ID with fallback refuse',
      { destination: '0491570156' },
      settings({ callerId: caller({ fallback: 'refuse' }) }),
      'caller_id_missing',
      'caller_id',
    ],
    [
      'a transfer abroad',
      command({ transfer_target: '+12125550100' }),
      settings(),
      'country_not_allowed',
      'transfer_target',
    ],
    [
      'a transfer to 000',
      command({ transfer_target: '000' }),
      settings(),
      'invalid_transfer_target',
      'transfer_target',
    ],
    [
      'a foreign host',
      command({ transfer_target: 'sip:a@evil.example' }),
      settings(),
      'invalid_transfer_target',
      'transfer_target',
    ],
    [
      'a deadline that is over',
      command({ not_after: '2026-03-02T00:00:00Z' }),
      settings(),
      'not_after_passed',
      'not_after',
    ],
    [
      'a deadline before the schedule',
      command({ schedule_at: '2026-03-02T03:00:00Z', not_after: '2026-03-02T03:00:00Z' }),
      settings(),
      'not_after_passed',
      'not_after',
    ],
    [
      'a callback to this machine',
      command({ callback_url: 'http://127.0.0.1:5678/webhook/x' }),
      settings(),
      'callback_url_not_allowed',
      'callback_url',
    ],
    [
      'a callback that is no URL',
      command({ callback_url: 'n8n' }),
      settings(),
      'callback_url_not_allowed',
      'callback_url',
    ],
    [
      'events without an address',
      command({ callback_events: ['call.ended'] }),
      settings(),
      'callback_events_not_allowed',
      'callback_url',
    ],
    [
      'several events to a resume URL',
      command({
        callback_url: 'https://n8n.example.com/webhook-waiting/7',
        callback_events: ['call.answered', 'call.ended'],
      }),
      settings(),
      'callback_events_not_allowed',
      'callback_url',
    ],
  ])('%s', (_name, asked, how, code, field) => {
    expect(planCall(asked, how, T0, aChoice())).toMatchObject({ status: 'refused', code, field });
  });

  test('one refusal does not hide the others', () => {
    const plan = planCall(
      command({ destination: '000', transfer_target: 'ftp://x' }),
      settings(),
      T0,
      aChoice(),
    );
    expect(plan.verdicts.map(({ rail, verdict }) => [rail, verdict])).toEqual([
      ['destination', 'refuse'],
      ['do_not_call', 'pass'],
      ['calling_hours', 'pass'],
      ['transfer_target', 'refuse'],
      ['playbook', 'pass'],
      ['not_after', 'pass'],
      ['callback_url', 'pass'],
      ['cool_down', 'pass'],
      ['number_block', 'pass'],
      ['calls_per_hour', 'pass'],
      ['calls_per_day', 'pass'],
      ['paused', 'pass'],
    ]);
  });

  test('a number on the do-not-call list is refused by its code', () => {
    const history = { ...NOTHING_KNOWN, doNotCall: true };
    expect(planCall(command(), settings(), T0, aChoice(), history)).toMatchObject({
      status: 'refused',
      code: 'do_not_call',
      field: 'destination',
    });
  });

  test('so is a transfer target on it, by its name', () => {
    const history = { ...NOTHING_KNOWN, doNotCallTargets: ['front-desk'] };
    expect(planCall(command(), settings(), T0, aChoice(), history)).toMatchObject({
      code: 'do_not_call',
      detail: expect.stringContaining('front-desk'),
    });
  });

  test('a pause is told after everything else that is wrong', () => {
    const history = { ...NOTHING_KNOWN, doNotCall: true, pause: { since: T0, reason: 'x', by: 'ops' } };
    const plan = planCall(command(), settings(), T0, aChoice(), history);
    expect(plan).toMatchObject({ code: 'do_not_call' });
    expect(plan.verdicts.at(-1)).toMatchObject({ rail: 'paused', verdict: 'refuse', code: 'paused' });
  });

  test('a callback goes where the list lets it, the end to a resume URL', () => {
    const parsed = parseAllowedHosts('127.0.0.1');
    if (parsed.status !== 'ok') throw new Error(parsed.problems.join());
    const local = command({ callback_url: 'http://127.0.0.1:5678/webhook/x' });
    expect(planCall(local, settings({ callbackHosts: parsed.hosts }), T0, aChoice()).status).toBe('planned');
    const resume = command({
      callback_url: 'https://n8n.example.com/webhook-waiting/7',
      callback_events: ['call.ended'],
    });
    expect(planCall(resume, settings(), T0, aChoice()).status).toBe('planned');
  });

  test('a sip: target on the configured host is kept', () => {
    const plan = planCall(command({ transfer_target: 'sip:100@sip.example.com' }), settings(), T0, aChoice());
    expect(plan).toMatchObject({ call: { transferTarget: 'sip:100@sip.example.com' } });
  });
});

describe('digests', () => {
  test('the order of keys makes no other payload; a value does; the key itself is left out', () => {
    const digest = requestDigest(command({ metadata: { a: 1, b: [{ c: 1, d: 2 }] } }));
    expect(requestDigest(command({ metadata: { b: [{ d: 2, c: 1 }], a: 1 }, idempotency_key: 'k' }))).toBe(
      digest,
    );
    expect(requestDigest(command({ metadata: { a: 1, b: [{ c: 1, d: 3 }] } }))).not.toBe(digest);
  });

  test('the fingerprint leaves out metadata and takes in what is said', () => {
    const print = (change: Partial<DispatchCommand>) => callFingerprint(command(change), '+61491570156');
    expect(print({ metadata: 'run 1' })).toBe(print({ metadata: 'run 2' }));
    expect(print({ callback_url: 'https://n8n.example.com/1' })).toBe(print({}));
    expect(print({ schedule_at: '2026-03-02T03:00:00Z' })).not.toBe(print({}));
    expect(print({ destination: '+61491570156' })).toBe(print({}));
    expect(print({ greeting: 'Hi' })).not.toBe(print({}));
    expect(print({ variables: { a: 1 } })).not.toBe(print({}));
    expect(print({ caller_id: 'Other' })).not.toBe(print({}));
  });
});

describe('the playbook', () => {
  const plan = (change: Partial<DispatchCommand>, choice = aChoice()) =>
    planCall(command(change), settings(), T0, choice);

  test('is frozen with the call, its targets as URIs, the call’s own first', () => {
    const targets = [{ name: 'accounts', description: 'Money', target: '02 5550 0102' }];
    expect(plan({ transfer_target: '02 5550 0100' }, aChoice({ transfer_targets: targets }))).toMatchObject({
      call: {
        playbook: 'default',
        grantedPlaybook: {
          greeting: expect.stringContaining('automated assistant'),
          transfer_targets: [
            { name: 'default', uri: 'tel:+61255500100' },
            { name: 'accounts', description: 'Money', uri: 'tel:+61255500102' },
          ],
        },
      },
    });
  });

  test('has its limit where the request is silent', () => {
    const limited = aChoice({ max_call_seconds: 90 });
    expect(plan({}, limited)).toMatchObject({ call: { maxCallSeconds: 90 } });
    expect(plan({ max_call_seconds: 200 }, limited)).toMatchObject({ call: { maxCallSeconds: 200 } });
    expect(plan({})).toMatchObject({ call: { maxCallSeconds: 840 } });
  });

  test('must tell of a recording, and must hold the message that is to be left', () => {
    const silent = aChoice({ recording_notice: null });
    expect(plan({ record: true }, silent)).toMatchObject({
      code: 'recording_notice_missing',
      field: 'record',
    });
    expect(plan({ record: true }, aChoice({ recording_notice: 'Recorded.' })).status).toBe('planned');
    expect(plan({ voicemail: 'leave_message' }, aChoice({ voicemail_message: null }))).toMatchObject({
      code: 'voicemail_message_missing',
      field: 'voicemail',
    });
    const message = aChoice({ voicemail_message: 'Call back.' });
    expect(plan({ voicemail: 'leave_message' }, message).status).toBe('planned');
  });

  test('has targets that pass the rails, or the call is refused and the target named', () => {
    const abroad = [{ name: 'desk', description: null, target: '+1 212 555 0100' }];
    expect(plan({}, aChoice({ transfer_targets: abroad }))).toMatchObject({
      code: 'country_not_allowed',
      field: 'playbook',
      detail: expect.stringContaining('target desk'),
    });
  });

  test('that could not be chosen is told as the flow says', () => {
    const choice = { status: 'refused', code: 'variables_missing', field: 'variables', detail: 'x' } as const;
    expect(planCall(command(), settings(), T0, choice)).toMatchObject({ ...choice, status: 'refused' });
  });
});
