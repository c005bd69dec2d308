import { checkSigningSecret } from '@outdial/runtime';
import { expect, test } from 'vitest';
import { newSecrets } from './new-secrets.ts';

const LONG = 'k'.repeat(48);

test('from nothing everything is made, each time anew', () => {
  const made = newSecrets({});
  expect(made.BRIDGE_API_KEYS).toMatch(
    new RegExp(`^n8n:[0-9a-f]{48}:dispatch\\+read,cli:${made.OUTDIAL_API_KEY}:dispatch\\+read\\+admin$`),
  );
  expect(made.AGENT_REPORT_SECRET).toMatch(/^[0-9a-f]{48}$/);
  expect(checkSigningSecret(made.CALLBACK_SIGNING_SECRET ?? '')).toBeNull();
  const again = newSecrets({});
  for (const name of Object.keys(made)) expect(again[name]).not.toBe(made[name]);
});

test('what is there stays', () => {
  const made = newSecrets({});
  expect(newSecrets(made)).toEqual({});
  expect(newSecrets({ ...made, BRIDGE_API_KEYS: `me:${LONG}:dispatch`, OUTDIAL_API_KEY: LONG })).toEqual({});
});

test('the command line takes a key that may do everything, else gets one of its own', () => {
  const present = { AGENT_REPORT_SECRET: LONG, CALLBACK_SIGNING_SECRET: 'whsec_x' };
  expect(newSecrets({ ...present, BRIDGE_API_KEYS: `me:${LONG}:dispatch+read+admin` })).toEqual({
    OUTDIAL_API_KEY: LONG,
  });
  const added = newSecrets({ ...present, BRIDGE_API_KEYS: `cli:${LONG}` });
  expect(added.BRIDGE_API_KEYS).toBe(`cli:${LONG},outdial-cli:${added.OUTDIAL_API_KEY}:dispatch+read+admin`);
});
