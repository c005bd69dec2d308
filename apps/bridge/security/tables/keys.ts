import type { Attack } from '../attack.ts';
import { AGENT_SECRET, KEYS, LIVEKIT } from '../bridge-process.ts';
import { GOOD } from './dispatch-table.ts';

const right = KEYS.both;
const flip = (at: number): string => {
  const other = right[at] === 'x' ? 'y' : 'x';
  return right.slice(0, at) + other + right.slice(at + 1);
};

const SECRETS: Readonly<Record<string, string>> = {
  'its first character wrong': flip(0),
  'its last character wrong': flip(right.length - 1),
  'one in the middle wrong': flip(20),
  'one character too few': right.slice(0, -1),
  'one character too many': `${right}x`,
  'only its name': 'both',
  'name and secret': `both:${right}`,
  'the whole entry': `both:${right}:dispatch+read`,
  'in capitals': right.toUpperCase(),
  reversed: [...right].reverse().join(''),
  'as base64': Buffer.from(right).toString('base64'),
  'the word null': 'null',
  'the word undefined': 'undefined',
  'all wildcards': '*'.repeat(42),
  'very long': 'x'.repeat(8_000),
  'an SQL condition': "'OR'1'='1",
  'the secret of the agents': AGENT_SECRET,
  'the secret of LiveKit': LIVEKIT.apiSecret,
};

const HEADERS: Readonly<Record<string, Attack['headers']>> = {
  'an empty Bearer': { authorization: 'Bearer' },
  'Bearer and spaces': { authorization: 'Bearer    ' },
  'two secrets': { authorization: `Bearer ${right} ${right}` },
  'Basic with the secret': { authorization: `Basic ${Buffer.from(`both:${right}`).toString('base64')}` },
  Digest: { authorization: `Digest username="both", response="${right}"` },
  'the bare secret in Authorization': { authorization: right },
  Token: { authorization: `Token ${right}` },
  ApiKey: { authorization: `ApiKey ${right}` },
  'a JWT without a signature': { authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.' },
  'an empty X-API-Key': { 'x-api-key': '' },
  'a name in X-API-Key': { 'x-api-key': 'both' },
  'a list in X-API-Key': { 'x-api-key': `${right},${right}` },
  'the secret in another header': { 'x-auth-token': right },
  'the secret in a cookie': { cookie: `authorization=${right}; x-api-key=${right}` },
  'a session that is none': {
    cookie: `outdial-session=both~${'A'.repeat(22)}~1700000000000~1700000000000~${'A'.repeat(43)}`,
  },
  'a session that is the secret': { cookie: `outdial-session=${right}` },
  'a session of a prefix that http cannot have': { cookie: `__Host-outdial-session=${right}` },
  'an address that a proxy would add': { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1' },
  'another user': { 'x-remote-user': 'admin', 'x-forwarded-user': 'admin' },
  'another method': { 'x-http-method-override': 'GET' },
};

const dispatch = { path: '/dispatch', body: { destination: GOOD } } as const;

const SCOPED: readonly (readonly [string, keyof typeof KEYS, string, string])[] = [
  ['dispatch', 'read', 'POST', '/dispatch'],
  ['dispatch', 'admin', 'POST', '/dispatch'],
  ['dispatch', 'read', 'POST', '/calls/call_x/cancel'],
  ['dispatch', 'read', 'POST', '/calls/call_x/retry'],
  ['read', 'place', 'GET', '/calls'],
  ['read', 'place', 'GET', '/calls/call_x'],
  ['read', 'place', 'GET', '/calls/call_x/events'],
  ['read', 'place', 'GET', '/calls/call_x/transcript'],
  ['read', 'place', 'GET', '/calls/call_x/recording'],
  ['read', 'place', 'GET', '/events'],
  ['read', 'place', 'GET', '/playbooks'],
  ['read', 'place', 'GET', '/callbacks'],
  ['read', 'place', 'GET', '/'],
  ['read', 'admin', 'GET', '/calls'],
  ['admin', 'both', 'POST', '/calls/purge'],
  ['admin', 'place', 'POST', '/calls/purge'],
  ['admin', 'read', 'POST', '/calls/purge'],
  ['admin', 'both', 'POST', '/callbacks/cb_x/replay'],
];

/** Every route that needs a key, asked without one. */
const CLOSED: readonly (readonly [string, string])[] = [
  ['POST', '/dispatch'],
  ['GET', '/calls'],
  ['HEAD', '/calls'],
  ['GET', '/calls/call_x'],
  ['GET', '/calls/call_x?wait=25'],
  ['GET', '/calls/call_x/events'],
  ['GET', '/calls/call_x/transcript'],
  ['GET', '/calls/call_x/recording'],
  ['POST', '/calls/call_x/cancel'],
  ['POST', '/calls/call_x/retry'],
  ['POST', '/calls/purge'],
  ['GET', '/events'],
  ['GET', '/callbacks'],
  ['POST', '/callbacks/cb_x/replay'],
  ['GET', '/playbooks'],
  ['GET', '/openapi.json'],
  ['GET', '/'],
];

const emptyBody = (method: string, path: string): unknown => {
  if (method !== 'POST' && method !== 'PUT') return undefined;
  return path.endsWith('import') ? [] : {};
};

/** A route asked without a key. */
export const withoutKey = (method: string, path: string): Attack => ({
  name: `${method} ${path} without a key`,
  method,
  path,
  body: emptyBody(method, path),
  key: null,
  status: 401,
  code: method === 'HEAD' ? '' : 'unauthorized',
});

/** A route asked with a key that lacks the scope which it needs. */
export const withoutScope = (
  method: string,
  path: string,
  scope: string,
  key: keyof typeof KEYS,
): Attack => ({
  name: `${method} ${path} without the scope ${scope} (${key})`,
  method,
  path,
  body: emptyBody(method, path),
  key: KEYS[key],
  status: 403,
  code: 'scope_missing',
});

/** Who has no key, a wrong one, or one that may not. */
export const KEY_ATTACKS: readonly Attack[] = [
  ...Object.entries(SECRETS).map(
    ([name, key]): Attack => ({
      name: `a key: ${name}`,
      ...dispatch,
      key,
      status: 401,
      code: 'unauthorized',
    }),
  ),
  ...Object.entries(SECRETS).map(
    ([name, key]): Attack => ({
      name: `X-API-Key: ${name}`,
      ...dispatch,
      key: null,
      headers: { 'x-api-key': key },
      status: 401,
      code: 'unauthorized',
    }),
  ),
  ...Object.entries(HEADERS).map(
    ([name, headers]): Attack => ({
      name,
      ...dispatch,
      key: null,
      headers: headers ?? {},
      status: 401,
      code: 'unauthorized',
    }),
  ),
  {
    name: 'a wrong Bearer beside a right X-API-Key',
    ...dispatch,
    key: 'w'.repeat(42),
    headers: { 'x-api-key': right },
    status: 401,
    code: 'unauthorized',
  },
  {
    name: 'the key in the query',
    path: `/calls?api_key=${right}`,
    key: null,
    status: 401,
    code: 'unauthorized',
  },
  ...SCOPED.map(([scope, key, method, path]) => withoutScope(method, path, scope, key)),
  ...CLOSED.map(([method, path]) => withoutKey(method, path)),
];
