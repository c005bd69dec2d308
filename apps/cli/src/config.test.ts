import { loadEnvironment } from '@outdial/runtime';
import { expect, test } from 'vitest';
import { readBridgeAccess } from './config.ts';

test('the bridge is on this machine unless BRIDGE_URL says otherwise', () => {
  expect(readBridgeAccess({ OUTDIAL_API_KEY: 'secret' })).toEqual({
    url: 'http://127.0.0.1:8080',
    apiKey: 'secret',
  });
  expect(readBridgeAccess({ OUTDIAL_API_KEY: 'secret', BRIDGE_URL: 'https://b.example/outdial/' }).url).toBe(
    'https://b.example/outdial',
  );
});

test('every problem is told at once', () => {
  expect(() => readBridgeAccess({ BRIDGE_URL: 'bridge:8080' })).toThrow(
    /2 problems[\s\S]*BRIDGE_URL: It must be a URL[\s\S]*OUTDIAL_API_KEY is not set/,
  );
});

test.each(['cli:secret', 'secret:dispatch+read', 'one,two', 'schlüssel'])(
  'OUTDIAL_API_KEY=%s is not a secret alone',
  (OUTDIAL_API_KEY) => {
    expect(() => readBridgeAccess({ OUTDIAL_API_KEY })).toThrow('Give the secret alone');
  },
);

test.each(['http://[bad', 'ftp://bridge', 'http://me:pw@bridge:8080'])('BRIDGE_URL=%s is refused', (url) => {
  expect(() => readBridgeAccess({ OUTDIAL_API_KEY: 'secret', BRIDGE_URL: url })).toThrow('BRIDGE_URL: ');
});

test('a key file that cannot be read is named', () => {
  const env = loadEnvironment(import.meta.dirname, { OUTDIAL_API_KEY_FILE: '/nowhere/key' });
  expect(() => readBridgeAccess(env)).toThrow('OUTDIAL_API_KEY_FILE names /nowhere/key');
});
