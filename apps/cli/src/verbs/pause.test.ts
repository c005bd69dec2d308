import { expect, test } from 'vitest';
import { refusal } from '../../test/fake-bridge.ts';
import { runAgainst } from '../../test/run-cli.ts';

const pause = { since: '2026-03-01T00:00:00.000Z', reason: 'wrong list', by: 'ops' };
const paused =
  (live: number, canceled = 0) =>
  () => ({ status: 200, body: { pause, live, canceled } });

test('pauses, and says what goes on', async () => {
  const { code, stdout, bridge } = await runAgainst(paused(2), 'pause', '--reason', 'wrong list');
  expect(code).toBe(0);
  expect(stdout).toBe(
    'Dialling is paused since 2026-03-01T00:00:00.000Z by ops: wrong list\n2 calls are live and may go on; outdial pause --hang-up ends them.\n',
  );
  expect(bridge.received).toMatchObject([
    { method: 'POST', path: '/pause', body: { reason: 'wrong list', hang_up: false } },
  ]);
});

test('--hang-up ends what is live, too', async () => {
  const { stdout, bridge } = await runAgainst(paused(2, 2), 'pause', '--hang-up');
  expect(stdout).toContain('2 calls are live, 2 of them asked to end.');
  expect(bridge.received).toMatchObject([{ body: { hang_up: true } }]);
});

test('--json is the answer as it came', async () => {
  const { stdout } = await runAgainst(paused(0), 'pause', '--json');
  expect(JSON.parse(stdout)).toEqual({ pause, live: 0, canceled: 0 });
});

test.each([
  [true, 'Dialling goes on.\n'],
  [false, 'Nothing was paused; dialling goes on.\n'],
])('resumes (%s)', async (resumed, said) => {
  const { code, stdout, bridge } = await runAgainst(
    () => ({ status: 200, body: { pause: null, resumed } }),
    'resume',
  );
  expect({ code, stdout }).toEqual({ code: 0, stdout: said });
  expect(bridge.lines()).toEqual(['POST /resume']);
});

test('a key without the scope is told', async () => {
  const run = await runAgainst(() => refusal(403, 'This key lacks the scope admin.'), 'pause');
  expect(run).toMatchObject({ code: 1, stdout: '', stderr: 'This key lacks the scope admin.\n' });
});

test('the queue shows the pause, the counts and the calls that start next', async () => {
  const call = {
    id: 'call_1',
    status: 'queued',
    destination: '+61491570156',
    account_code: null,
    created_at: '2026-03-01T00:00:00.000Z',
    scheduled_for: null,
    not_after: '2026-03-01T01:00:00.000Z',
  };
  const body = {
    pause,
    trunk: 'ST_1',
    waiting: { due: 1, scheduled: 2, dispatched: 3 },
    live: 4,
    places: { used: 7, of: 9 },
    next: [call],
  };
  const { code, stdout } = await runAgainst(() => ({ status: 200, body }), 'queue');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Dialling is paused since .* by ops: wrong list\n/);
  expect(stdout).toMatch(/places +7 of 9\n/);
  expect(stdout).toMatch(/wait for an agent +3\n/);
  expect(stdout).toMatch(/call_1 +\+61491570156 +- +- +2026-03-01T01:00:00.000Z\n$/);
});
