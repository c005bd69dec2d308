import { join, resolve } from 'node:path';
import { LAB_NUMBERS } from '@outdial/lab';
import { SipClient } from 'livekit-server-sdk';
import { afterAll, expect, test } from 'vitest';
import { runOutdial } from '../src/run-outdial.ts';
import { inviteCounter, useStack } from '../src/stack.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');
const LIVEKIT_SIP = process.env.LAB_LIVEKIT_SIP ?? join(REPOSITORY, '.cache/lab/bin/livekit-sip');

type Report = {
  readonly code: number | null;
  readonly ok: boolean;
  readonly checks: readonly { readonly id: string; readonly verdict: string; readonly seen: string }[];
};

const stack = useStack();

const doctor = async (env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Report> => {
  const { outdial, lab } = stack;
  const { code, stdout, stderr } = await runOutdial(
    ['doctor', '--json', ...args],
    { ...process.env, ...outdial.env, OUTDIAL_API_KEY: outdial.apiKey, ...env },
    lab.dir,
  );
  try {
    return { code, ...JSON.parse(stdout) };
  } catch {
    throw new Error(`No report: ${stdout}${stderr}`);
  }
};

const findings = ({ checks }: Report, ...verdicts: string[]) =>
  Object.fromEntries(
    checks.filter(({ verdict }) => verdicts.includes(verdict)).map(({ id, verdict }) => [id, verdict]),
  );

const of = ({ checks }: Report, id: string) => checks.find((check) => check.id === id);

const trunks = () => {
  const { url, apiKey, apiSecret } = stack.lab.livekit;
  return new SipClient(url, apiKey, apiSecret);
};
const made: string[] = [];
afterAll(() => Promise.all(made.map((id) => trunks().deleteSipTrunk(id))));

test('a lab in which all is well has one warning, for its livekit-sip', async () => {
  const report = await doctor({}, '--livekit-sip', LIVEKIT_SIP, '--skip', 'disk');
  expect(findings(report, 'fail', 'warn')).toEqual({ 'sip-version': 'warn' });
  expect(report).toMatchObject({ code: 0, ok: true });
  expect(of(report, 'livekit-version')?.seen).toMatch(/livekit-server is 1\.13\.5/);
  expect(of(report, 'sip-version')?.seen).toMatch(/livekit-sip is 1\.8\.0/);
  expect(of(report, 'agent')?.seen).toContain('nehos-outbound-agent');
  expect(of(report, 'bridge-key')?.seen).toContain('read, dispatch, admin');
});

test('a wrong key, an unknown trunk, a trunk with other numbers and a wrong address are found by name', async () => {
  const trunk = await trunks().createSipOutboundTrunk('doctor', stack.lab.trunk.address, ['+61255500111']);
  made.push(trunk.sipTrunkId);
  const [key, unknown, numbers] = await Promise.all([
    doctor({ LIVEKIT_API_SECRET: 'x'.repeat(32) }, '--only', 'livekit-host,livekit-key,livekit-version'),
    doctor({ SIP_TRUNK_ID: 'ST_unknown' }, '--only', 'livekit-key,trunk,trunk-numbers'),
    doctor(
      { SIP_TRUNK_ID: trunk.sipTrunkId, SIP_TRUNK_HOST: 'localhost:5070' },
      ...['--only', 'trunk,trunk-numbers,trunk-settings,carrier-host'],
    ),
  ]);
  expect(key.code).toBe(1);
  expect(findings(key, 'pass', 'fail', 'skipped')).toEqual({
    'livekit-host': 'pass',
    'livekit-key': 'fail',
    'livekit-version': 'skipped',
  });
  expect(of(key, 'livekit-key')?.seen).toContain('refused the key');
  expect(findings(unknown, 'fail', 'warn')).toEqual({ trunk: 'fail' });
  expect(of(unknown, 'trunk')?.seen).toContain(`it has ${trunk.sipTrunkId} (doctor)`);
  expect(findings(numbers, 'fail', 'warn')).toEqual({ 'trunk-numbers': 'warn', 'trunk-settings': 'warn' });
});

test('a test call proves SIP and sound both ways, with one INVITE', async () => {
  const { lab } = stack;
  const invites = await inviteCounter({ lab });
  const asked = lab.speech.llm.requests.length;
  const calling = doctor({}, '--only', 'bridge', '--yes', '--call', LAB_NUMBERS.answers);
  // The callee's words have come as far as the model.
  await expect.poll(() => lab.speech.llm.requests.length, { timeout: 30_000 }).toBeGreaterThan(asked);
  await lab.phones.hangUp(LAB_NUMBERS.answers);
  const report = await calling;
  expect(of(report, 'call')).toMatchObject({
    verdict: 'pass',
    seen: expect.stringMatching(/ended by callee .*SIP 200 OK, Call-ID \S+; agent .* at \d.*callee at \d/),
  });
  expect(report.code).toBe(0);
  expect(await invites()).toBe(1);
}, 60_000);

test('a stopped agent and a stopped bridge are found by name', async () => {
  await stack.outdial.kill('agent');
  const noAgent = await doctor({}, '--only', 'agent,bridge');
  expect(findings(noAgent, 'fail', 'pass')).toEqual({ agent: 'fail', bridge: 'pass' });
  const noPort = await doctor({ AGENT_HEALTH_PORT: '0' }, '--only', 'agent');
  expect(of(noPort, 'agent')).toMatchObject({ verdict: 'fail', seen: expect.stringContaining('is gone') });
  await stack.outdial.kill('bridge');
  const noBridge = await doctor({}, '--only', 'bridge,database,bridge-key,ports,recent-calls');
  expect(findings(noBridge, 'fail', 'pass', 'skipped')).toEqual({
    bridge: 'fail',
    database: 'skipped',
    'bridge-key': 'skipped',
    ports: 'pass',
    'recent-calls': 'skipped',
  });
}, 60_000);
