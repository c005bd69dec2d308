import { describe, expect, test } from 'vitest';
import type { Received, Reply } from '../../test/fake-bridge.ts';
import { refusal } from '../../test/fake-bridge.ts';
import { acceptedCall, busyCall, callRecord, completedCall } from '../../test/records.ts';
import { API_KEY, runAgainst } from '../../test/run-cli.ts';

const { id } = callRecord();
const accepted: Reply = { status: 202, body: acceptedCall() };

/** Accepts the call; each question about it gets the next of these, the last one for ever. */
const answering =
  (...answers: readonly Reply[]) =>
  ({ method }: Received, count: number): Reply =>
    method === 'POST' ? accepted : (answers[Math.min(count - 2, answers.length - 1)] ?? 'cut');

test('asks for the call and says what became of it', async () => {
  const { bridge, ...run } = await runAgainst(() => accepted, 'call', '0491 570 156');
  expect(run).toEqual({ code: 0, stdout: `${id} is queued\n`, stderr: '' });
  expect(bridge.received).toMatchObject([
    {
      method: 'POST',
      path: '/dispatch',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    },
  ]);
  expect(bridge.received[0]?.body).toEqual({ destination: '0491 570 156' });
});

test('every option is a field of the request', async () => {
  const { code, bridge } = await runAgainst(
    () => accepted,
    ...['call', '+61491570156', '--account-code', 'em-tech-01', '--transfer-target', 'tel:+61255500100'],
    ...['--caller-id', 'LiveKitNehosHosted', '--schedule-at', '2026-03-01T09:00:00+10:00'],
    ...['--not-after', '2026-03-01T10:00:00+10:00', '--max-attempts', '3'],
    ...['--callback-url', 'https://n8n.example/x', '--idempotency-key', 'order-7'],
    ...['--playbook', 'survey', '--var', 'visit=last Tuesday', '--var', 'business_name=A=B'],
    ...['--voicemail', 'leave_message'],
  );
  expect(code).toBe(0);
  expect(bridge.received[0]?.body).toEqual({
    destination: '+61491570156',
    account_code: 'em-tech-01',
    transfer_target: 'tel:+61255500100',
    caller_id: 'LiveKitNehosHosted',
    schedule_at: '2026-03-01T09:00:00+10:00',
    not_after: '2026-03-01T10:00:00+10:00',
    max_attempts: 3,
    callback_url: 'https://n8n.example/x',
    idempotency_key: 'order-7',
    playbook: 'survey',
    variables: { visit: 'last Tuesday', business_name: 'A=B' },
    voicemail: 'leave_message',
  });
});

test.each([
  [{ scheduled_for: '2026-03-01T00:00:00.000Z' }, 'is queued, scheduled for 2026-03-01T00:00:00.000Z'],
  [{ replayed: true, status: 'busy' }, 'is busy; this idempotency key had asked for it before'],
  [{ duplicate_of: id }, 'is queued; it had been asked for before, so no second call was made'],
])('says %o', async (change, line) => {
  const { stdout } = await runAgainst(() => ({ status: 202, body: acceptedCall(change) }), 'call', '1');
  expect(stdout).toBe(`${id} ${line}\n`);
});

test('--json prints the answer as it came', async () => {
  const text = '{ "id":"call_1",  "new_field": [1] }';
  const { stdout } = await runAgainst(() => ({ status: 202, body: text }), 'call', '0491570156', '--json');
  expect(stdout).toBe(`${text}\n`);
});

describe('--dry-run', () => {
  const checks = [
    { check: 'country', verdict: 'pass', code: null, detail: 'AU may be dialled.' },
    { check: 'caller_id', verdict: 'refuse', code: 'caller_id_missing', detail: 'No caller ID.' },
  ];
  const run = (would_call: boolean, duplicate_of: string | null = null) =>
    runAgainst(
      () => ({ status: 200, body: { dry_run: true, would_call, duplicate_of, checks } }),
      'call',
      '1',
      '--dry-run',
    );

  test('shows every check and ends with 1 when nobody would be called', async () => {
    const { code, stdout, bridge } = await run(false);
    expect(code).toBe(1);
    expect(stdout.split('\n')).toEqual([
      'CHECK      VERDICT  DETAIL',
      'country    pass     AU may be dialled.',
      'caller_id  refuse   No caller ID.',
      'It would not be called.',
      '',
    ]);
    expect(bridge.received[0]?.body).toEqual({ destination: '1', dry_run: true });
  });

  test('ends with 0 when the call would be made', async () => {
    expect(await run(true)).toMatchObject({ code: 0, stderr: '' });
    expect((await run(true, 'call_2')).stdout).toContain('It would be called, but call_2 is the same call');
  });
});

describe('--wait', () => {
  test('follows the call to its end: 0 for completed', async () => {
    const ringing: Reply = { status: 200, body: callRecord({ status: 'ringing' }) };
    const { code, stdout, stderr, bridge } = await runAgainst(
      answering(ringing, { status: 200, body: completedCall }),
      ...['call', '0491570156', '--wait'],
    );
    expect(code).toBe(0);
    expect(bridge.lines()).toEqual([
      'POST /dispatch',
      `GET /calls/${id}?wait=25`,
      `GET /calls/${id}?wait=25`,
    ]);
    expect(stderr).toBe(`${id} is queued\n${id} is ringing\n`);
    expect(stdout).toContain('status           completed (callee_hangup)\n');
    expect(stdout).toContain('talked for       5200 ms\n');
  });

  test('1 for every other end, with the record as JSON when asked for', async () => {
    const { code, stdout } = await runAgainst(
      answering({ status: 200, body: busyCall }),
      ...['call', '0491570157', '--wait', '--json'],
    );
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual(busyCall);
  });

  test('outlives a bridge that is away for a moment, and asks for the call only once', async () => {
    const { code, bridge } = await runAgainst(
      answering('cut', refusal(503, 'The database cannot be reached.'), { status: 200, body: completedCall }),
      ...['call', '0491570156', '--wait'],
    );
    expect(code).toBe(0);
    expect(bridge.lines().filter((line) => line.startsWith('POST'))).toEqual(['POST /dispatch']);
  });

  test('ends at once on a refusal that will not pass', async () => {
    const { code, stderr } = await runAgainst(
      answering(refusal(404, 'There is no such call.')),
      ...['call', '0491570156', '--wait'],
    );
    expect({ code, stderr }).toEqual({ code: 1, stderr: `${id} is queued\nThere is no such call.\n` });
  });
});
