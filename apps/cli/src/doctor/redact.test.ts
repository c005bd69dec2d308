import { expect, test } from 'vitest';
import { redactor } from './redact.ts';

const clean = redactor({
  LIVEKIT_API_SECRET: 'livekit-secret',
  BRIDGE_API_KEYS: 'cli:first-key-secret:admin, n8n:second-key-secret',
  CALLBACK_SIGNING_SECRET: 'whsec_one,whsec_two',
  DATABASE_URL: 'postgres://outdial:p%40ss-word@db.example:5432/outdial',
  SIP_TRUNK_PASSWORD: 'four',
  LIVEKIT_URL: 'wss://office.livekit.cloud',
});

test.each([
  ['livekit-secret', 'livekit-secret'],
  ['first-key-secret', 'first-key-secret'],
  ['second-key-secret', 'second-key-secret'],
  ['whsec_two', 'whsec_two'],
  ['postgres://outdial:p%40ss-word@db.example:5432/outdial', 'p%40ss-word'],
  ['password "p@ss-word" was wrong', 'p@ss-word'],
  ['the caller ID "0255500142" was refused', '0255500142'],
  ['+61491570156 was called', '61491570156'],
  ['https://me:hunter2@n8n.example/x', 'hunter2'],
  ['https://n8n.example/hook?signature=abcdef, given up', 'abcdef'],
])('%s is not shown', (text, secret) => {
  expect(clean(`it said: ${text}.`)).not.toContain(secret);
});

test('the product’s own name stays, also where somebody made it a key or a password', () => {
  const clean = redactor({
    LIVEKIT_API_KEY: 'outdial',
    LIVEKIT_API_SECRET: 'secret',
    DATABASE_URL: 'postgres://outdial:outdial@postgres:5432/outdial',
    SIP_TRUNK_PASSWORD: 'six-ch',
  });
  expect(clean('Make one with outdial trunk apply; the secret was refused.')).toBe(
    'Make one with outdial trunk apply; the secret was refused.',
  );
  expect(clean('postgres://outdial:outdial@postgres:5432/outdial was away, six-ch refused')).toBe(
    '*** was away, *** refused',
  );
});

test('what is no secret stays', () => {
  const text =
    'wss://office.livekit.cloud answers on port 443; four calls were placed; call_01992000-12345678-7000 at 127.0.0.1:50600, /data/20260101.';
  expect(clean(text)).toBe(text);
});
