import type { Attack } from '../attack.ts';
import { GOOD } from './dispatch-table.ts';

const good = `"destination":"${GOOD}"`;

const bad = (
  name: string,
  status: number,
  code: Attack['code'],
  body: string | Buffer,
  headers = {},
): Attack => ({
  name,
  path: '/dispatch',
  body,
  headers,
  status,
  code,
});

const MALFORMED: Readonly<Record<string, string>> = {
  'an empty body': '',
  'half an object': '{"destination":',
  'two objects': `{${good}}{${good}}`,
  'a trailing comma': `{${good},}`,
  'single quotes': "{'destination':'0491570156'}",
  'a comment': `{/* */${good}}`,
  NaN: '{"destination":NaN}',
  'a number with a leading zero': '{"destination":0491570156}',
  'a hex number': '{"destination":0x1d4cf3ac}',
  'a raw line break in text': '{"destination":"0491\n570156"}',
  'an escape that is none': '{"destination":"\\x30"}',
  __proto__: `{${good},"__proto__":{"admin":true}}`,
  '__proto__, escaped': `{${good},"\\u005f\\u005fproto\\u005f\\u005f":{"admin":true}}`,
  '__proto__ in metadata': `{${good},"metadata":{"__proto__":{"admin":true}}}`,
  '__proto__ deep in a list': `{${good},"metadata":[[[{"__proto__":1}]]]}`,
  'constructor.prototype': `{${good},"constructor":{"prototype":{"admin":true}}}`,
  'constructor.prototype in variables': `{${good},"variables":{"constructor":{"prototype":{}}}}`,
  XML: '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
  'a form': `destination=${GOOD}`,
  YAML: `destination: "${GOOD}"`,
  'a million brackets': '['.repeat(30_000),
};

const NO_OBJECTS: readonly string[] = ['null', 'true', '5', '"text"', '[]', `[{${good}}]`, '1e999'];

const TYPES: readonly string[] = [
  'text/plain',
  'text/html',
  'application/xml',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/octet-stream',
  'application/jsonp',
  'image/svg+xml',
  'json',
];

/** What is wrong about the bytes of a body. */
export const BODIES: readonly Attack[] = [
  ...Object.entries(MALFORMED).map(([name, body]) => bad(name, 400, 'malformed_request', body)),
  ...NO_OBJECTS.map((body) =>
    bad(`a body that is ${body}`, 400, ['validation_failed', 'malformed_request'], body),
  ),
  ...TYPES.map((type) =>
    bad(`the type ${type}`, 415, 'unsupported_media_type', `{${good}}`, { 'content-type': type }),
  ),
  bad('33 KiB', 413, 'payload_too_large', `{${good},"greeting":"${'x'.repeat(33 * 1024)}"}`),
  bad('1 MiB', 413, 'payload_too_large', `{${good},"greeting":"${'x'.repeat(1024 * 1024)}"}`),
  bad(
    'bytes that are no text',
    400,
    ['malformed_request', 'validation_failed'],
    Buffer.from([0xff, 0xfe, 0x7b, 0x00]),
  ),
  bad('UTF-16', 400, 'malformed_request', Buffer.from(`\ufeff{${good}}`, 'utf16le')),
  bad('a gzip bomb', 415, ['unsupported_media_type', 'malformed_request'], Buffer.from('1f8b08', 'hex'), {
    'content-type': 'application/gzip',
  }),
  bad('two destinations, the last one bad', 403, 'emergency_number', `{${good},"destination":"000"}`),
  bad(
    'a number that JSON cannot hold',
    400,
    ['invalid_number', 'validation_failed'],
    '{"destination":1e400}',
  ),
  bad(
    'a JSON text that hides __proto__',
    400,
    'validation_failed',
    `{${good},"metadata":"{\\"__proto__\\":{}}"}`,
  ),
  bad(
    'a JSON text that hides constructor.prototype',
    400,
    'validation_failed',
    `{${good},"variables":"{\\"constructor\\":{\\"prototype\\":{}}}"}`,
  ),
];
