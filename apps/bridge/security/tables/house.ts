import type { Attack } from '../attack.ts';
import { KEYS } from '../bridge-process.ts';
import { withoutKey, withoutScope } from './keys.ts';

const NUMBER = '/do-not-call/+61491570156';

/** Routes of the house: method, address, scope that they need, a key without it. */
const HOUSE: readonly (readonly [string, string, string, keyof typeof KEYS])[] = [
  ['POST', '/pause', 'admin', 'both'],
  ['POST', '/resume', 'admin', 'both'],
  ['POST', '/backup', 'admin', 'both'],
  ['POST', '/do-not-call/import', 'admin', 'both'],
  ['PUT', NUMBER, 'admin', 'both'],
  ['DELETE', NUMBER, 'admin', 'both'],
  ['GET', '/do-not-call', 'read', 'admin'],
  ['GET', NUMBER, 'read', 'place'],
  ['GET', '/queue', 'read', 'admin'],
  ['GET', '/metrics', 'read', 'place'],
];

const bad = (
  method: string,
  path: string,
  body: unknown,
  status = 400,
  code: Attack['code'] = ['validation_failed', 'malformed_request', 'invalid_number'],
): Attack => ({
  name: `${method} ${path.slice(0, 60)} ${typeof body === 'string' ? body.slice(0, 40) : JSON.stringify(body)?.slice(0, 40)}`,
  method,
  path,
  body,
  key: method === 'GET' ? KEYS.both : KEYS.admin,
  status,
  code,
});

/** What runs the house: the kill switch, backups, the do-not-call list, the queue and the figures. */
export const HOUSE_ATTACKS: readonly Attack[] = [
  ...HOUSE.flatMap(([method, path, scope, key]) => [
    withoutKey(method, path),
    withoutScope(method, path, scope, key),
  ]),
  bad('POST', '/pause', '{"__proto__":{"hang_up":true}}'),
  bad('POST', '/pause', { hang_up: 'yes' }),
  bad('POST', '/pause', { reason: 'x'.repeat(201) }),
  bad('POST', '/pause', { reason: 'x', by: 'somebody else' }),
  bad('POST', '/pause', []),
  bad('POST', '/pause?hang_up=true', {}),
  bad('POST', '/resume', '{"__proto__":{}}'),
  bad('POST', '/resume', { force: true }),
  bad('POST', '/backup?path=../../etc/passwd', {}),
  bad('POST', '/do-not-call/import', { numbers: ['0491570156'] }),
  bad('POST', '/do-not-call/import', 'null'),
  bad('POST', '/do-not-call/import?file=/etc/passwd', []),
  bad('POST', '/do-not-call/import', JSON.stringify(['x'.repeat(2 * 1024 * 1024)]), 413, 'payload_too_large'),
  bad('PUT', NUMBER, '{"__proto__":{"note":"x"}}'),
  bad('PUT', NUMBER, { note: 1 }),
  bad('PUT', NUMBER, { source: 'callee' }),
  bad('PUT', '/do-not-call/abc', {}),
  bad('PUT', '/do-not-call/__proto__', {}),
  bad('PUT', '/do-not-call/..%2f..%2fpause', {}),
  bad('DELETE', '/do-not-call/%27%20OR%201=1', undefined),
  bad('GET', '/do-not-call/..%2f..%2f..%2fetc%2fpasswd', undefined),
  bad('GET', '/do-not-call?limit=100000', undefined),
  bad('GET', '/do-not-call?limit=NaN', undefined),
  bad('GET', '/do-not-call?cursor=__proto__', undefined),
  bad('GET', '/do-not-call?source=admin', undefined),
  bad('GET', '/queue?limit=1', undefined),
];
