import { expect, test } from 'vitest';
import { refusal } from '../../test/fake-bridge.ts';
import { acceptedCall, busyCall, callRecord } from '../../test/records.ts';
import { API_KEY, runAgainst } from '../../test/run-cli.ts';

const { id } = callRecord();

test('lists calls as a table', async () => {
  const { code, stdout, stderr, bridge } = await runAgainst(
    () => ({ status: 200, body: { data: [callRecord({ account_code: null }), busyCall], next: null } }),
    'calls',
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/)),
  ).toEqual([
    ['ID', 'STATUS', 'REASON', 'DESTINATION', 'ACCOUNT', 'CREATED'],
    [id, 'queued', '-', '+61491570156', '-', '2026-03-01T00:00:00.000Z'],
    [id, 'busy', 'busy', '+61491570156', 'em-tech-01', '2026-03-01T00:00:00.000Z'],
  ]);
  expect(bridge.lines()).toEqual(['GET /calls']);
  expect(bridge.received[0]?.headers).toMatchObject({ authorization: `Bearer ${API_KEY}` });
});

test('asks for what the options say, and tells how to go on', async () => {
  const { stderr, bridge } = await runAgainst(
    () => ({ status: 200, body: { data: [callRecord()], next: 'abc' } }),
    ...['calls', '--status', 'busy', '--limit', '1', '--cursor', 'x y'],
  );
  expect(bridge.lines()).toEqual(['GET /calls?status=busy&limit=1&cursor=x+y']);
  expect(stderr).toBe('There are more: --cursor abc\n');
});

test('--json prints the list as it came', async () => {
  const text = '{"data":[],"next":"abc"}';
  const run = await runAgainst(() => ({ status: 200, body: text }), 'calls', '--json');
  expect(run).toMatchObject({ code: 0, stdout: `${text}\n`, stderr: '' });
});

test('shows one call, and nothing of what the carrier wrote moves the cursor', async () => {
  const { code, stdout, bridge } = await runAgainst(
    () => ({ status: 200, body: busyCall }),
    'calls',
    'show',
    id,
  );
  expect(code).toBe(0);
  expect(bridge.lines()).toEqual([`GET /calls/${id}`]);
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/)),
  ).toEqual([
    ['call', id],
    ['status', 'busy (busy)'],
    ['outcome', 'The line was busy.'],
    ['destination', '+61491570156'],
    ['caller id', '+61255500199'],
    ['account code', 'em-tech-01'],
    ['transfer target', 'tel:+61255500100'],
    ['attempt', '1'],
    ['created', '2026-03-01T00:00:00.000Z'],
    ['rang for', '1000 ms'],
    ['carrier said', '486 Busy', '[2J Here'],
    ['blame', 'callee'],
    ['call again', 'later'],
  ]);
});

test('--json after the id belongs to the verb', async () => {
  const { stdout } = await runAgainst(() => ({ status: 200, body: busyCall }), 'calls', 'show', id, '--json');
  expect(JSON.parse(stdout)).toEqual(busyCall);
});

test('cancel asks for the end and shows the call', async () => {
  const asked = callRecord({ cancel_requested_at: '2026-03-01T00:00:03.000Z' });
  const { code, stdout, bridge } = await runAgainst(
    () => ({ status: 202, body: asked }),
    'calls',
    'cancel',
    id,
  );
  expect(code).toBe(0);
  expect(bridge.received).toMatchObject([{ method: 'POST', path: `/calls/${id}/cancel`, body: null }]);
  expect(stdout).toContain('cancel asked     2026-03-01T00:00:03.000Z\n');
});

test('a call that is over cannot be canceled', async () => {
  const message = 'The call has ended already: busy.';
  const run = await runAgainst(() => refusal(409, message), 'calls', 'cancel', id);
  expect(run).toMatchObject({ code: 1, stdout: '', stderr: `${message}\n` });
});

test('retry makes a new call and names it', async () => {
  const { code, stdout, bridge } = await runAgainst(
    () => ({ status: 202, body: acceptedCall({ id: 'call_new' }) }),
    ...['calls', 'retry', id],
  );
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'call_new is queued\n' });
  expect(bridge.received).toMatchObject([{ method: 'POST', path: `/calls/${id}/retry`, body: null }]);
});

test('shows what a call came to', async () => {
  const body = callRecord({
    summary: 'Seven come.',
    result: { people: 7 },
    recording_url: `/calls/${id}/recording`,
  });
  const { stdout } = await runAgainst(() => ({ status: 200, body }), 'calls', 'show', id);
  expect(stdout).toMatch(/summary +Seven come\.\n/);
  expect(stdout).toMatch(/result +\{"people":7\}\n/);
  expect(stdout).toContain(`/calls/${id}/recording\n`);
});

test('shows what was said, and who was cut off', async () => {
  const turns = [
    { at_ms: 120, speaker: 'agent', text: 'How many?', interrupted: false },
    { at_ms: 12_340, speaker: 'callee', text: 'Seven\u001b[2J', interrupted: true },
  ];
  const { code, stdout, bridge } = await runAgainst(
    () => ({ status: 200, body: { call_id: id, turns } }),
    ...['calls', 'show', id, '--transcript'],
  );
  expect(code).toBe(0);
  expect(bridge.lines()).toEqual([`GET /calls/${id}/transcript`]);
  expect(stdout).toBe('   0.1 s  agent   How many?\n  12.3 s  callee  Seven [2J …\n');
});

test.each([
  [['--destination', '0491570156'], { destination: '0491570156' }],
  [['--before', '2026-03-01T00:00:00Z'], { before: '2026-03-01T00:00:00Z' }],
  [[id, 'call_2'], { ids: [id, 'call_2'] }],
])('purge %j asks for just that and tells what was deleted', async (options, body) => {
  const { code, stdout, bridge } = await runAgainst(
    () => ({ status: 200, body: { calls: 2, transcripts: 1, recordings: 0 } }),
    ...['calls', 'purge', ...options],
  );
  expect(code).toBe(0);
  expect(bridge.received).toMatchObject([{ method: 'POST', path: '/calls/purge', body }]);
  expect(stdout).toBe('Deleted what 2 calls said about people, with 1 transcript and 0 recordings.\n');
});

test.each([[[]], [[id, '--destination', '0491570156']]])('purge %j is a mistake', async (options) => {
  const { code, bridge } = await runAgainst(
    () => ({ status: 200, body: {} }),
    ...['calls', 'purge', ...options],
  );
  expect(code).toBe(2);
  expect(bridge.received).toEqual([]);
});

test('a ticket is made of the record, and its options belong to it', async () => {
  const call = callRecord({ status: 'failed', dialing_at: '2026-03-01T00:00:01.000Z' });
  const { code, stdout, stderr } = await runAgainst(
    () => ({ status: 200, body: call }),
    'calls',
    'show',
    call.id,
    '--ticket',
    '--timezone',
    'Australia/Perth',
  );
  expect(code).toBe(0);
  expect(stdout).toContain(`our reference ${call.id}`);
  expect(stdout).toContain('Australia/Perth');
  expect(stderr).toContain('numbers in full');
  for (const args of [
    ['--timezone', 'Australia/Perth'],
    ['--ticket', '--transcript'],
    ['--ticket', '--json'],
  ]) {
    expect(
      (await runAgainst(() => ({ status: 200, body: call }), 'calls', 'show', call.id, ...args)).code,
    ).toBe(2);
  }
});
