import type { Attack } from '../attack.ts';
import { KEYS } from '../bridge-process.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const TOKEN = 'A'.repeat(43);

const row = (name: string, fields: Record<string, string>, headers: Record<string, string> = {}): Attack => ({
  name: `a form: ${name}`,
  path: '/sign-in',
  headers: { ...FORM, ...headers },
  body: new URLSearchParams(fields).toString(),
  key: null,
  status: 403,
  code: 'form_expired',
});

/** Forms that no page of ours made. */
export const PAGES: readonly Attack[] = [
  row('of another site', { key: KEYS.both }, { origin: 'https://evil.example' }),
  row('with a token but no cookie', { key: KEYS.both, token: TOKEN }),
  row(
    'with a token of its own making',
    { key: KEYS.both, token: TOKEN },
    { cookie: `outdial-browser=${TOKEN}` },
  ),
  row('with the cookie as its token', { key: KEYS.both, token: 'x' }, { cookie: 'outdial-browser=x' }),
  row('with an empty token', { key: KEYS.both, token: '' }, { cookie: 'outdial-browser=' }),
  row(
    'with a token of another length in bytes',
    { key: KEYS.both, token: 'é'.repeat(43) },
    { cookie: 'outdial-browser=x' },
  ),
  row('empty', {}),
  { ...row('a sign-out of another site', { token: TOKEN }), path: '/sign-out' },
  {
    ...row('two tokens', {}),
    body: `key=x&token=${TOKEN}&token=${TOKEN}`,
    headers: { ...FORM, cookie: 'outdial-browser=x' },
  },
  {
    ...row('as JSON', {}),
    body: { key: KEYS.both },
    headers: {},
    status: 415,
    code: 'unsupported_media_type',
  },
  {
    ...row('as a form with files', {}),
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    status: 415,
    code: 'unsupported_media_type',
  },
  { ...row('of 40 KiB', { key: 'x'.repeat(40_000) }), status: 413, code: 'payload_too_large' },
];
