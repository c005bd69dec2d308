import { createHash } from 'node:crypto';
import { signReport } from '@outdial/runtime';
import { AccessToken } from 'livekit-server-sdk';
import type { Attack } from '../attack.ts';
import { AGENT_SECRET, KEYS, LIVEKIT } from '../bridge-process.ts';

const ID = 'call_00000000-0000-7000-8000-000000000000';
const OTHER = 'call_00000000-0000-7000-8000-000000000001';
const MINUTE = 60_000;

const BODIES: Readonly<Record<string, object>> = {
  grant: { token: 't'.repeat(16), dispatch: 1, job_id: 'AJ_1' },
  reports: { token: 't'.repeat(16), seq: 1, at_ms: 0, type: 'alive' },
  legs: { token: 't'.repeat(16), target: 'default' },
};

type Signature = Readonly<Record<string, string>>;

/** What is wrong about a signature, as headers for this body. */
const FORGERIES: Readonly<Record<string, (body: string) => Signature>> = {
  'no signature': () => ({}),
  'an empty one': () => ({ 'webhook-id': `${ID}.1`, 'webhook-timestamp': '', 'webhook-signature': '' }),
  'another secret': (body) => signReport('x'.repeat(40), `${ID}.1`, body),
  'an API key as the secret': (body) => signReport(KEYS.admin, `${ID}.1`, body),
  'the secret of LiveKit': (body) => signReport(LIVEKIT.apiSecret, `${ID}.1`, body),
  'a signature for another call': (body) => signReport(AGENT_SECRET, `${OTHER}.1`, body),
  'the id of another call written over it': (body) => ({
    ...signReport(AGENT_SECRET, `${OTHER}.1`, body),
    'webhook-id': `${ID}.1`,
  }),
  'an id that only begins alike': (body) => signReport(AGENT_SECRET, `${ID}1.1`, body),
  'an id of no call': (body) => signReport(AGENT_SECRET, '1', body),
  'another body': (body) => signReport(AGENT_SECRET, `${ID}.1`, `${body} `),
  'six minutes ago': (body) => signReport(AGENT_SECRET, `${ID}.1`, body, new Date(Date.now() - 6 * MINUTE)),
  'in six minutes': (body) => signReport(AGENT_SECRET, `${ID}.1`, body, new Date(Date.now() + 6 * MINUTE)),
  'a fresh time written over an old one': (body) => ({
    ...signReport(AGENT_SECRET, `${ID}.1`, body, new Date(Date.now() - 60 * MINUTE)),
    'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
  }),
  'a time that is none': (body) => ({
    ...signReport(AGENT_SECRET, `${ID}.1`, body),
    'webhook-timestamp': 'now',
  }),
  'another version': (body) => {
    const signed = signReport(AGENT_SECRET, `${ID}.1`, body);
    return { ...signed, 'webhook-signature': signed['webhook-signature'].replace('v1,', 'v0,') };
  },
  'half of it': (body) => {
    const signed = signReport(AGENT_SECRET, `${ID}.1`, body);
    return { ...signed, 'webhook-signature': signed['webhook-signature'].slice(0, 20) };
  },
};

const agentRow = (
  route: string,
  name: string,
  headers: Signature,
  body: string,
  method = 'POST',
): Attack => ({
  name: `${method} ${route} of an agent: ${name}`,
  method,
  path: `/agent/calls/${ID}/${route}`,
  headers,
  body,
  key: null,
  status: 401,
  code: 'signature_invalid',
});

const FORGED = Object.entries(BODIES).flatMap(([route, message]) =>
  Object.entries(FORGERIES).map(([name, sign]) => {
    const body = JSON.stringify(message);
    return agentRow(route, name, sign(body), body);
  }),
);

/** Signed as an agent does, and still nothing that a call could be moved with. */
const signedRow = (
  name: string,
  route: string,
  body: string,
  status: number,
  code: Attack['code'],
): Attack => ({
  ...agentRow(route, name, signReport(AGENT_SECRET, `${ID}.1`, body), body),
  status,
  code,
});

const SIGNED: readonly Attack[] = [
  ...Object.entries(BODIES).map(([route, body]) =>
    signedRow('of no such call', route, JSON.stringify(body), 404, 'call_not_found'),
  ),
  signedRow('a report sent as a grant', 'grant', JSON.stringify(BODIES.reports), 400, 'validation_failed'),
  signedRow('a grant sent as a report', 'reports', JSON.stringify(BODIES.grant), 400, 'validation_failed'),
  signedRow('a grant sent as a leg', 'legs', JSON.stringify(BODIES.grant), 400, 'validation_failed'),
  signedRow(
    'an outcome that is none',
    'reports',
    '{"token":"tttttttttttttttt","seq":1,"at_ms":0,"type":"ended","outcome":{}}',
    400,
    'validation_failed',
  ),
  signedRow(
    'a seq beyond the database',
    'reports',
    '{"token":"tttttttttttttttt","seq":1e300,"at_ms":0,"type":"alive"}',
    400,
    'validation_failed',
  ),
  signedRow('__proto__', 'reports', '{"__proto__":{},"type":"alive"}', 400, 'malformed_request'),
  signedRow('no JSON', 'reports', 'alive', 400, 'malformed_request'),
];

const RESULT = JSON.stringify({ token: 't'.repeat(16), transcript: [] });
const recording = (name: string, headers: Signature): Attack => ({
  ...agentRow('recording', name, { 'content-type': 'audio/ogg', ...headers }, 'OggS', 'PUT'),
});

/** What neither an agent of ours nor LiveKit signed. */
export const AGENT_ATTACKS: readonly Attack[] = [
  ...FORGED,
  ...SIGNED,
  agentRow('result', 'no signature', {}, RESULT, 'PUT'),
  agentRow(
    'result',
    'a signature for another call',
    signReport(AGENT_SECRET, `${OTHER}.1`, RESULT),
    RESULT,
    'PUT',
  ),
  recording('no signature', {}),
  recording('a claim that nobody signed', {
    'x-outdial-bytes': '4',
    'x-outdial-sha256': 'a'.repeat(64),
    'x-outdial-token': 't'.repeat(16),
    'webhook-id': `${ID}.1`,
    'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
    'webhook-signature': 'v1,AAAA',
  }),
  { ...agentRow('grant', 'an API key in its place', {}, JSON.stringify(BODIES.grant)), key: KEYS.admin },
];

const EVENT = JSON.stringify({
  event: 'participant_left',
  room: { name: `${ID.replace('call_', 'call-')}-1` },
});

const tokenFor = (body: string, key = LIVEKIT): Promise<string> => {
  const token = new AccessToken(key.apiKey, key.apiSecret);
  token.sha256 = createHash('sha256').update(body).digest('base64');
  return token.toJwt();
};
const unsignedToken = (body: string): string => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const sha256 = createHash('sha256').update(body).digest('base64');
  return `${part({ alg: 'none', typ: 'JWT' })}.${part({ iss: LIVEKIT.apiKey, sha256, exp: 4e9 })}.`;
};

/** Webhooks that LiveKit did not sign. */
export const livekitAttacks = async (): Promise<readonly Attack[]> => {
  const row = (name: string, authorization: string | null, body: string | Buffer = EVENT): Attack => ({
    name: `a webhook of LiveKit: ${name}`,
    path: '/livekit/webhook',
    headers: {
      'content-type': 'application/webhook+json',
      ...(authorization === null ? {} : { authorization }),
    },
    body,
    key: null,
    status: 401,
    code: 'signature_invalid',
  });
  const good = await tokenFor(EVENT);
  return [
    row('no token', null),
    row('an empty token', ''),
    row('no JWT', 'x'),
    row('an API key', `Bearer ${KEYS.admin}`),
    row('a body with one byte more', good, `${EVENT} `),
    row('a body written anew', good, JSON.stringify(JSON.parse(EVENT), null, 1)),
    row('another event', good, EVENT.replace('left', 'joined')),
    row('bytes that are no text', good, Buffer.from([...Buffer.from(EVENT), 0xff])),
    row('another secret', await tokenFor(EVENT, { ...LIVEKIT, apiSecret: 'x'.repeat(40) })),
    row('another key', await tokenFor(EVENT, { ...LIVEKIT, apiKey: 'other' })),
    row('no algorithm', unsignedToken(EVENT)),
    row('a token of a participant', await new AccessToken(LIVEKIT.apiKey, LIVEKIT.apiSecret).toJwt()),
    row('half a token', good.slice(0, good.length / 2)),
    row('a token with a changed signature', `${good.slice(0, -4)}AAAA`),
  ];
};
