import { expect, test } from 'vitest';
import { SECTIONS } from './sections.ts';

const checkOf = (name: string) =>
  SECTIONS.flatMap(({ questions }) => questions).find((question) => question.name === name)?.check;

test.each([
  ['CALLING_HOURS', 'mon-fri 9:00-17:00'],
  ['CALLING_HOURS', 'Saturday 09:00-24:00, Sun 10:00-12:00'],
  ['CALLING_TIMEZONE', 'Australia/Brisbane'],
  ['CALLBACK_ALLOWED_HOSTS', 'n8n, n8n.lan, 10.0.0.0/8, [fd00::1]'],
  ['SIP_TRUNK_TRANSPORT', 'UDP'],
])('%s may be %s here as in the apps', (name, value) => {
  expect(checkOf(name)?.(value)).toBeNull();
});

test.each([
  ['CALLING_HOURS', 'Mon-Fri 17:00-9:00', /ends before it begins/],
  // It knows no daylight saving, and the bridge does not take it.
  ['CALLING_TIMEZONE', '+10:00', /no time zone "\+10:00"/],
  ['CALLBACK_ALLOWED_HOSTS', 'n8n.lan, n8n:5678', /"n8n:5678" is not a host name.*no scheme, port or path/],
  ['CALLBACK_ALLOWED_HOSTS', '10.0.0.0/99', /"10\.0\.0\.0\/99" is not/],
  ['SIP_TRUNK_TRANSPORT', 'wss', /not one of udp, tcp, tls/],
])('%s may not be %s', (name, value, why) => {
  expect(checkOf(name)?.(value)).toMatch(why);
});
