import { expect, test } from 'vitest';
import { checkSigningSecret, newSigningSecret } from './signing-secret.ts';

const base64 = (length: number): string => Buffer.alloc(length, 1).toString('base64');

test('a new secret is right, another one each time, and its key can be typed', () => {
  const secrets = Array.from({ length: 20 }, newSigningSecret);
  for (const secret of secrets) {
    expect(checkSigningSecret(secret)).toBeNull();
    expect(Buffer.from(secret.slice('whsec_'.length), 'base64').toString()).toMatch(/^[\w-]{32}$/);
  }
  expect(new Set(secrets).size).toBe(secrets.length);
});

test('24 bytes are enough, printable or not', () => {
  expect(checkSigningSecret(`whsec_${base64(24)}`)).toBeNull();
});

test.each([
  ['nothing', ''],
  ['the prefix alone', 'whsec_'],
  ['no prefix', base64(32)],
  ['another prefix', `whsk_${base64(32)}`],
  ['23 bytes', `whsec_${base64(23)}`],
  ['a text that is no base64', `whsec_${'my-callback-secret!'.repeat(3)}`],
  ['base64 without its padding', `whsec_${base64(32).replace('=', '')}`],
])('%s is refused without being repeated', (_case, secret) => {
  const problem = checkSigningSecret(secret);
  expect(problem).toContain('whsec_ and the base64 of at least 24 bytes');
  if (secret.length > 6) expect(problem).not.toContain(secret);
});
