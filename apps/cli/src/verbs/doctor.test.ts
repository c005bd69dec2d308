import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { refusal } from '../../test/fake-bridge.ts';
import { type HealthySetup, SECRETS, startHealthySetup } from '../../test/healthy-setup.ts';
import { acceptedCall, busyCall, callRecord, completedCall } from '../../test/records.ts';
import { API_KEY, type Run, runCli } from '../../test/run-cli.ts';
import { CHECKS } from '../doctor/checks.ts';

const { id } = callRecord();

let setup: HealthySetup;
beforeEach(async () => {
  setup = await startHealthySetup();
});
afterEach(() => setup.close());

const doctor = (...args: string[]): Promise<Run> => runCli(['doctor', ...args], setup.env, setup.dir);
const typing = (typed: string, ...args: string[]): Promise<Run> =>
  runCli(['doctor', ...args], setup.env, setup.dir, typed);

describe('output', () => {
  test('a line for each check, its verdict first, and 0 where nothing fails', async () => {
    const { code, stdout, stderr } = await doctor();
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    for (const check of CHECKS) {
      expect(lines.filter((line) => new RegExp(`^(pass|skipped) +${check.id}  `).test(line))).toHaveLength(1);
    }
    expect(lines.at(-1)).toMatch(/^\d+ pass, 0 warn, 0 fail, 3 skipped$/);
    expect(stderr).toBe(`Looking at ${CHECKS.length} things, side by side.\n`);
  });

  test('1 where something fails, with how to mend it under it', async () => {
    setup.worker.connected = false;
    const { code, stdout } = await doctor('--only', 'agent,bridge');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^fail +agent +The agent at .* is not connected with LiveKit.*\n +→ Its log says why/,
    );
    expect(stdout).toMatch(/^pass +bridge /m);
    expect(stdout).toMatch(/^1 pass, 0 warn, 1 fail, 0 skipped$/m);
  });

  test('a warning alone ends with 0', async () => {
    setup.bridgeSays.set('GET /openapi.json', { status: 200, body: { info: { version: '9.9.9' } } });
    expect(await doctor('--only', 'bridge-version')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^warn +bridge-version .*9\.9\.9/),
    });
  });

  test('--json is one object and nothing else', async () => {
    setup.livekit.state.version = '1.9.11';
    const { code, stdout, stderr } = await doctor('--json', '--skip', 'clock');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ ok: false, version: '0.1.0', counts: { fail: 1, warn: 0 } });
    expect(report.checks.map((check: { id: string }) => check.id)).toEqual(
      CHECKS.map((check) => check.id).filter((name) => name !== 'clock'),
    );
    expect(report.checks.find((check: { verdict: string }) => check.verdict === 'fail')).toEqual({
      id: 'livekit-version',
      verdict: 'fail',
      seen: expect.stringContaining('1.9.11'),
      mend: expect.stringContaining('Upgrade'),
    });
  });

  test.each([[['--only', 'cloak']], [['--skip', 'agent,']], [['--bogus']], [['agent']]])(
    '%j is a mistake: 2',
    async (args) => {
      const run = await doctor(...args);
      expect(run).toMatchObject({ code: 2, stdout: '' });
      expect(setup.bridge.received).toEqual([]);
    },
  );

  test('it works with nothing set, and says what is missing', async () => {
    const run = await runCli(['doctor'], { BRIDGE_URL: 'http://127.0.0.1:9', BRIDGE_PORT: '0' }, setup.dir);
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/^fail +bridge-environment /m);
    expect(run.stdout).toContain('LIVEKIT_URL is not set');
    expect(run.stdout).not.toContain('This check broke');
  });

  test('no secret is printed, not even one that somebody else says', async () => {
    const secrets = [...Object.values(SECRETS), API_KEY, 'trunk-login'];
    setup.env.CALLBACK_URL = `https://me:${SECRETS.SIP_TRUNK_PASSWORD}@127.0.0.1/x?token=${API_KEY}`;
    setup.env.SIP_TRUNK_HOST = 'other.invalid';
    setup.env.SIP_TRUNK_USERNAME = 'trunk-login';
    setup.env.MAX_CONCURRENT_CALLS = SECRETS.OPENAI_API_KEY;
    setup.livekit.state.trunks = [
      { sip_trunk_id: 'ST_healthy', name: SECRETS.LIVEKIT_API_SECRET, address: 'x.invalid' },
    ];
    setup.bridgeSays.set('GET /openapi.json', { status: 200, body: { info: { version: API_KEY } } });
    for (const args of [[], ['--json']]) {
      const { stdout, stderr } = await doctor(...args);
      expect(stdout).toContain('***');
      for (const secret of secrets) expect(stdout + stderr).not.toContain(secret);
      expect(stdout + stderr).not.toContain('255500199');
    }
  });
});

describe('--call', () => {
  const answers = (record: object, transcript: object | null = null) => {
    setup.bridgeSays.set('POST /dispatch', { status: 202, body: acceptedCall() });
    const body = { ...record, transcript_url: transcript === null ? null : `/calls/${id}/transcript` };
    setup.bridgeSays.set(`GET /calls/${id}?wait=25`, { status: 200, body });
    setup.bridgeSays.set(`GET /calls/${id}`, { status: 200, body });
    setup.bridgeSays.set(`GET /calls/${id}/transcript`, { status: 200, body: transcript ?? {} });
  };
  const turn = (speaker: string, at_ms: number) => ({ speaker, at_ms, text: 'Hello.', interrupted: false });
  const answered = { ...completedCall, answered_at: '2026-03-01T00:00:02.000Z' };
  const dispatched = () =>
    setup.bridge.received.filter(({ path }) => path === '/dispatch').map(({ body }) => body);

  test('asks first, and without a yes calls nobody', async () => {
    const run = await typing('no\n', '--only', 'bridge', '--call', '0491570156');
    expect(run).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^skipped +call +No call was placed/m),
    });
    expect(run.stderr).toContain('0491570156 will ring now');
    expect(dispatched()).toEqual([]);
    expect(await typing('', '--only', 'bridge', '--call', '0491570156')).toMatchObject({ code: 0 });
    expect(dispatched()).toEqual([]);
  });

  test('places one call and tells what it proves', async () => {
    answers(answered, { turns: [turn('agent', 100), turn('callee', 2000)] });
    const run = await typing('yes\n', '--only', 'bridge', '--call', '0491570156');
    expect(run.stdout).toMatch(
      /^pass +call +call_.* was answered .*SIP 200 OK.*agent .* 0\.1 s, callee at 2\.0 s/m,
    );
    expect(run.code).toBe(0);
    expect(dispatched()).toEqual([
      expect.objectContaining({
        destination: '0491570156',
        idempotency_key: expect.stringMatching(/^doctor-/),
      }),
    ]);
    expect(run.stdout + run.stderr.replace(/0491570156 will ring now/, '')).not.toContain('0491570156');
  });

  test('a call that nobody answered warns; one that the rails refuse fails', async () => {
    answers(busyCall);
    expect(await doctor('--only', 'bridge', '--yes', '--call', '0491570157')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^warn +call .*busy/m),
    });
    setup.bridgeSays.set('POST /dispatch', refusal(403, 'Numbers of GB may not be dialled.'));
    expect(await doctor('--only', 'bridge', '--yes', '--call', '+44')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^fail +call .*Numbers of GB may not be dialled\.\n +→ .*--dry-run/m),
    });
  });

  test('without a bridge, or a key for it, that is what the check says', async () => {
    delete setup.env.OUTDIAL_API_KEY;
    const run = await doctor('--only', 'trunk', '--yes', '--json', '--call', '0491570156');
    expect(run.code).toBe(1);
    expect(JSON.parse(run.stdout).checks.at(-1)).toMatchObject({
      id: 'call',
      verdict: 'fail',
      seen: expect.stringContaining('OUTDIAL_API_KEY is not set'),
    });
  });
});
