import { SIPTransport } from '@livekit/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeLiveKit, startFakeLiveKit } from '../../test/fake-livekit.ts';
import { runCli } from '../../test/run-cli.ts';

const CARRIER = {
  SIP_TRUNK_HOST: 'sip.carrier.example',
  SIP_TRUNK_USERNAME: 'office',
  SIP_TRUNK_PASSWORD: 'canary-password',
  SIP_FROM_NUMBER: '+61255500199',
  CALLER_IDS_ALLOWED: '+61255500199, LiveKitNehosHosted',
  SIP_FROM_HOST: 'office.example',
  SIP_CODECS: 'PCMA',
};

let livekit: FakeLiveKit;
beforeEach(async () => {
  livekit = await startFakeLiveKit();
});
afterEach(() => livekit.close());

const run = (args: readonly string[], env: Record<string, string> = {}, typed = '') =>
  runCli(['trunk', ...args], { ...livekit.env, ...CARRIER, ...env }, undefined, typed);

test('a trunk is made as the environment says, and the second time there is nothing to do', async () => {
  const first = await run(['apply', '--yes']);
  expect(first).toMatchObject({ code: 0, stdout: 'SIP_TRUNK_ID=ST_fake1\n' });
  expect(livekit.trunks).toHaveLength(1);
  expect(livekit.trunks[0]).toMatchObject({
    name: 'outdial sip.carrier.example',
    address: 'sip.carrier.example',
    transport: SIPTransport.SIP_TRANSPORT_UDP,
    numbers: ['+61255500199', 'LiveKitNehosHosted'],
    authUsername: 'office',
    authPassword: 'canary-password',
    fromHost: 'office.example',
    destinationCountry: 'au',
    media: {
      onlyListedCodecs: true,
      codecs: [
        { name: 'PCMA', rate: 8000 },
        { name: 'telephone-event', rate: 8000 },
      ],
    },
  });

  livekit.changes.length = 0;
  const second = await run(['apply', '--yes']);
  expect(second).toMatchObject({ code: 0, stdout: 'SIP_TRUNK_ID=ST_fake1\n' });
  expect(second.stderr).toContain('nothing to do');
  expect(livekit.changes).toEqual([]);
  expect((await run(['plan'])).code).toBe(0);
});

test('a plan shows what differs, no password, and changes nothing', async () => {
  await run(['apply', '--yes']);
  livekit.changes.length = 0;
  const plan = await run(['plan'], {
    SIP_TRUNK_TRANSPORT: 'tcp',
    SIP_TRUNK_PASSWORD: 'another-canary',
    SIP_FROM_HOST: '',
  });
  expect(plan.code).toBe(1);
  expect(plan.stdout.split('\n').map((line) => line.trim().replace(/ +/g, ' '))).toEqual([
    'ST_fake1 (outdial sip.carrier.example), to be changed:',
    'transport udp → tcp',
    'from host office.example → none',
    'password another → set',
    '',
  ]);
  expect(plan.stdout + plan.stderr).not.toContain('canary');
  expect(livekit.changes).toEqual([]);
});

test('a change sends what differs and leaves alone what the environment does not know', async () => {
  await run(['apply', '--yes']);
  Object.assign(livekit.trunks[0] ?? {}, { headers: { 'X-Site': 'office' }, metadata: 'ours' });
  const env = {
    SIP_TRUNK_ID: 'ST_fake1',
    SIP_FROM_NUMBER: '+61491570006',
    CALLER_IDS_ALLOWED: '',
    SIP_CODECS: '',
  };
  const applied = await run(['apply', '--yes'], env);
  expect(applied.code).toBe(0);
  expect(applied.stderr).toContain('Kept as it is: metadata, headers.');
  expect(livekit.trunks).toHaveLength(1);
  expect(livekit.trunks[0]).toMatchObject({
    numbers: ['+61491570006'],
    headers: { 'X-Site': 'office' },
    metadata: 'ours',
    authPassword: 'canary-password',
    media: { onlyListedCodecs: false, codecs: [] },
  });
});

test('a login that is not in the environment stays in LiveKit', async () => {
  await run(['apply', '--yes']);
  const plan = await run(['plan'], { SIP_TRUNK_USERNAME: '', SIP_TRUNK_PASSWORD: '' });
  expect(plan).toMatchObject({ code: 0 });
  expect(plan.stdout).toContain('the login stays as it is');
});

test('a password that LiveKit does not show is sent when it is asked for, and not otherwise', async () => {
  await run(['apply', '--yes']);
  livekit.hidePasswords = true;
  const env = { SIP_TRUNK_PASSWORD: 'new-canary' };
  const plan = await run(['plan'], env);
  expect(plan.code).toBe(0);
  expect(plan.stdout).toContain('--send-password');
  expect((await run(['apply', '--yes', '--send-password'], env)).code).toBe(0);
  expect(livekit.trunks[0]?.authPassword).toBe('new-canary');
});

test('it asks before it changes something, and without an answer changes nothing', async () => {
  const unanswered = await run(['apply']);
  expect(unanswered).toMatchObject({ code: 1, stdout: '' });
  expect(unanswered.stderr).toContain('--yes');
  expect(await run(['apply'], {}, 'n\n')).toMatchObject({ code: 1, stdout: '' });
  expect(livekit.trunks).toEqual([]);
  expect(await run(['apply'], {}, 'y\n')).toMatchObject({ code: 0, stdout: 'SIP_TRUNK_ID=ST_fake1\n' });
});

test('an id that LiveKit does not have, and a name that it has twice, are told', async () => {
  const unknown = await run(['apply', '--yes'], { SIP_TRUNK_ID: 'ST_gone' });
  expect(unknown).toMatchObject({ code: 1, stdout: '' });
  expect(unknown.stderr).toContain('no outbound trunk ST_gone');
  await run(['apply', '--yes']);
  const [made] = livekit.trunks;
  if (made !== undefined) livekit.trunks.push(Object.assign(made.clone(), { sipTrunkId: 'ST_twin' }));
  const twice = await run(['plan']);
  expect(twice.code).toBe(1);
  expect(twice.stderr).toContain('ST_fake1, ST_twin');
});

test('a wrong key, a LiveKit that is away and a missing caller ID are one sentence each', async () => {
  const key = await run(['plan'], { LIVEKIT_API_SECRET: 'wrong-secret-0123456789-0123456789-01234' });
  expect(key).toMatchObject({ code: 1, stdout: '' });
  expect(key.stderr).toMatch(/refused the key.*LIVEKIT_API_KEY/);
  const away = await run(['plan'], { LIVEKIT_URL: 'ws://127.0.0.1:1' });
  expect(away.stderr).toMatch(/^LiveKit at ws:\/\/127\.0\.0\.1:1: no answer \(.+\); check LIVEKIT_URL/);
  const nobody = await run(['plan'], { SIP_FROM_NUMBER: '', CALLER_IDS_ALLOWED: '' });
  expect(nobody.stderr).toContain('No caller ID is set');
  const uri = await run(['plan'], { SIP_TRUNK_HOST: 'sip:carrier.example' });
  expect(uri.stderr).toContain('SIP_TRUNK_HOST: ');
});

test('print gives the JSON that lk reads, the password only when asked', async () => {
  const env = { LIVEKIT_URL: '', LIVEKIT_API_KEY: '', LIVEKIT_API_SECRET: '' };
  const create = await run(['print'], env);
  expect(create.code).toBe(0);
  expect(create.stderr).toContain('lk sip outbound create trunk.json');
  expect(create.stdout).not.toContain('canary');
  expect(JSON.parse(create.stdout).trunk).toMatchObject({
    address: 'sip.carrier.example',
    transport: 'SIP_TRANSPORT_UDP',
    auth_username: 'office',
    from_host: 'office.example',
    destination_country: 'au',
    numbers: ['+61255500199', 'LiveKitNehosHosted'],
  });
  expect(create.stderr).toContain('Put the password in the place of auth_password');
  const update = await run(['print', '--show-password', '--name', 'ours'], { ...env, SIP_TRUNK_ID: 'ST_1' });
  expect(update.stderr).toContain('lk sip outbound update --id ST_1 trunk.json');
  expect(JSON.parse(update.stdout)).toMatchObject({ auth_password: 'canary-password', name: 'ours' });
});

test('print gives no update that would replace the password or the name by something else', async () => {
  const env = { SIP_TRUNK_ID: 'ST_1' };
  const password = await run(['print', '--name', 'ours'], env);
  expect(password).toMatchObject({ code: 1, stdout: '' });
  expect(password.stderr).toContain('--show-password');
  const name = await run(['print', '--show-password'], env);
  expect(name).toMatchObject({ code: 1, stdout: '' });
  expect(name.stderr).toContain('--name');
  expect((await run(['print', '--name', 'ours'], { ...env, SIP_TRUNK_PASSWORD: '' })).code).toBe(0);
});
