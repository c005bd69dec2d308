import { ConfigError } from '@outdial/runtime';
import { expect, test } from 'vitest';
import { testConfig } from '../test/config.ts';

const problemsOf = (changes: Record<string, string>): readonly string[] => {
  try {
    testConfig(changes);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

test('the defaults are those of .env.example', () => {
  expect(testConfig()).toMatchObject({
    AGENT_NAME: 'nehos-outbound-agent',
    AGENT_HEALTH_HOST: '127.0.0.1',
    SIP_DIAL_FORMAT: 'e164_digits',
    ACCOUNT_CODE_HEADER: 'X-Account-Code',
    CARTESIA_VOICE_ID: '9626c31c-bec5-4cca-baa8-f8ba9e84c8bc',
    RING_TIMEOUT_SECONDS: 45,
    MAX_CALL_SECONDS: 840,
    MAX_CONCURRENT_CALLS: 4,
    ALLOWED_COUNTRIES: ['AU'],
    LOG_LEVEL: 'INFO',
    LOG_PII: false,
  });
});

test('LOG_LEVEL takes any case', () => {
  expect(testConfig({ LOG_LEVEL: 'Debug' }).LOG_LEVEL).toBe('DEBUG');
});

test.each([
  [
    'no trunk at all',
    { SIP_TRUNK_HOST: undefined as never },
    'SIP_TRUNK_ID: Neither SIP_TRUNK_ID nor SIP_TRUNK_HOST',
  ],
  ['a trunk id of another kind', { SIP_TRUNK_ID: 'TR_1' }, 'must begin with ST_'],
  [
    'an identity header without the auth ID',
    { SIP_IDENTITY_HEADER: 'P-Asserted-Identity' },
    'needs SIP_FROM_IDENTITY',
  ],
  [
    'Cartesia without its key',
    { CARTESIA_API_KEY: '', STT_PROVIDER: 'cartesia' },
    'cartesia needs CARTESIA_API_KEY',
  ],
  ['a header that is not ours to set', { ACCOUNT_CODE_HEADER: 'From' }, 'X-'],
  ['a fraction of a second of ringing', { RING_TIMEOUT_SECONDS: '25.5' }, 'RING_TIMEOUT_SECONDS'],
  ['a log level of another system', { LOG_LEVEL: 'WARNING' }, 'not one of INFO, DEBUG'],
  ['a short secret', { AGENT_REPORT_SECRET: 'short' }, 'at least 32 characters'],
])('%s is a problem that names its mend', (_case, changes, message) => {
  expect(problemsOf(changes).join('\n')).toContain(message);
});
