import { ConfigError, parseConfig } from '@outdial/runtime';
import { describe, expect, test } from 'vitest';
import { bridgeConfigSchema, dialSettings, fallsBackToDestination, namesWithoutEffect } from './config.ts';

const SECRET = 's'.repeat(40);
const least = {
  LIVEKIT_URL: 'wss://example.livekit.cloud',
  LIVEKIT_API_KEY: 'key',
  LIVEKIT_API_SECRET: 'secret',
  BRIDGE_API_KEYS: `n8n:${SECRET}`,
  AGENT_REPORT_SECRET: SECRET,
};
const read = (change: Record<string, string> = {}) =>
  parseConfig(bridgeConfigSchema, { ...least, ...change });
const problems = (env: Record<string, string>): readonly string[] => {
  try {
    parseConfig(bridgeConfigSchema, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('it passed');
};

test('the defaults', () => {
  expect(read()).toMatchObject({
    AGENT_NAME: 'nehos-outbound-agent',
    BRIDGE_HOST: '127.0.0.1',
    BRIDGE_PORT: 8080,
    DATABASE_URL: null,
    DATA_DIR: './data',
    CALLER_ID_FALLBACK: 'destination',
    CALLER_IDS_ALLOWED: [],
    ALLOWED_COUNTRIES: ['AU'],
    ALLOW_FICTITIOUS_NUMBERS: false,
    MAX_CONCURRENT_CALLS: 4,
    CALLS_PER_SECOND: 1,
    CALLBACK_URL: null,
    CALLBACK_SIGNING_SECRET: [],
    CALLBACK_ALLOWED_HOSTS: { names: [], ranges: [] },
    RING_TIMEOUT_SECONDS: 45,
    MAX_CALL_SECONDS: 840,
    LOG_LEVEL: 'INFO',
    LOG_PII: false,
  });
});

test('every problem at once', () => {
  const found = problems({
    ...least,
    LIVEKIT_URL: 'livekit',
    BRIDGE_API_KEYS: 'n8n:short',
    BRIDGE_PORT: 'http',
    LOG_LEVEL: 'LOUD',
  });
  expect(found.map((problem) => problem.split(':')[0])).toEqual([
    'LIVEKIT_URL',
    'LOG_LEVEL',
    'BRIDGE_API_KEYS',
    'BRIDGE_PORT',
  ]);
});

test('what is missing is named with its meaning', () => {
  const found = problems({});
  expect(found).toHaveLength(5);
  for (const problem of found) expect(problem).toMatch(/^[A-Z_]+ is not set\. \S+/);
});

describe('values that cannot be', () => {
  test.each([
    ['BRIDGE_PORT', '70000'],
    ['MAX_CONCURRENT_CALLS', '0'],
    ['MAX_CONCURRENT_CALLS', '2.5'],
    ['CALLS_PER_SECOND', '0'],
    ['RING_TIMEOUT_SECONDS', '4'],
    ['DATABASE_URL', 'mysql://x'],
    ['DEFAULT_COUNTRY', 'Australia'],
    ['ALLOWED_COUNTRIES', 'AU,NZL'],
    ['BRIDGE_TRUST_PROXY', 'proxy.local'],
    ['BRIDGE_TRUST_PROXY', '10.0.0.0/33'],
    ['BRIDGE_TRUST_PROXY', '0.0.0.0/0'],
    ['BRIDGE_TRUST_PROXY', '::/0'],
    ['BRIDGE_TRUST_PROXY', '128.0.0.0/1'],
    ['BRIDGE_TRUST_PROXY', '10.0.0.0/7'],
    ['BRIDGE_TRUST_PROXY', '::ffff:0:0/96'],
    ['BRIDGE_TRUST_PROXY', '2000::/15'],
    ['BRIDGE_TRUST_PROXY', 'loopback'],
    ['BRIDGE_TRUST_PROXY', '1'],
    ['BRIDGE_IP_ALLOWLIST', 'office.lan'],
    ['BRIDGE_IP_ALLOWLIST', '10.0.0.0/8,192.168.1'],
    ['LOG_PII', 'yes'],
    ['AGENT_REPORT_SECRET', 'short'],
    ['SIP_FROM_NUMBER', '+61 2 5550 0199'],
    ['SIP_DISPLAY_NAME', 'a"b'],
    ['SIP_TRUNK_ID', 'TR_1'],
    ['CALLBACK_URL', 'n8n.example.com/webhook'],
    ['CALLBACK_URL', 'http://127.0.0.1:5678/webhook'],
    ['CALLBACK_SIGNING_SECRET', 'whsec_short'],
    ['CALLBACK_ALLOWED_HOSTS', 'http://n8n.lan'],
  ])('%s=%s', (name, value) => {
    expect(problems({ ...least, [name]: value })).toEqual([expect.stringContaining(name)]);
  });

  test('a default caller ID that is not on the list', () => {
    const env = { ...least, SIP_FROM_NUMBER: '+61255500199', CALLER_IDS_ALLOWED: '+61255500100' };
    expect(problems(env)).toEqual(['SIP_FROM_NUMBER: It is not in CALLER_IDS_ALLOWED; add it there.']);
  });
});

describe('callbacks', () => {
  const secret = `whsec_${Buffer.alloc(32, 'k').toString('base64')}`;

  test('may go to a private endpoint that is listed', () => {
    const CALLBACK_URL = 'http://10.0.0.7:5678/webhook/calls';
    expect(read({ CALLBACK_URL, CALLBACK_ALLOWED_HOSTS: 'n8n.lan, 10.0.0.0/8' })).toMatchObject({
      CALLBACK_URL,
      CALLBACK_ALLOWED_HOSTS: { names: ['n8n.lan'] },
    });
    expect(problems({ ...least, CALLBACK_URL, CALLBACK_ALLOWED_HOSTS: 'n8n.lan' })).toEqual([
      expect.stringContaining('add it to CALLBACK_ALLOWED_HOSTS'),
    ]);
  });

  test('are signed with one secret or several, and a wrong one is not repeated', () => {
    const other = `whsec_${Buffer.alloc(24, 'o').toString('base64')}`;
    const value = `${secret}, ${other}`;
    expect(read({ CALLBACK_SIGNING_SECRET: value }).CALLBACK_SIGNING_SECRET).toEqual([secret, other]);
    const found = problems({ ...least, CALLBACK_SIGNING_SECRET: `${secret},my-own-secret` });
    expect(found).toEqual([expect.stringMatching(/^CALLBACK_SIGNING_SECRET: A secret is not whsec_/)]);
    expect(found.join()).not.toContain('my-own-secret');
  });
});

describe('when and how often may be called', () => {
  test('at any time, 120 times an hour and 1000 times a day, unless told otherwise', () => {
    expect(dialSettings(read())).toMatchObject({
      hours: null,
      caps: {
        hour: { trunk: 120, key: null, account: null },
        day: { trunk: 1000, key: null, account: null },
        cooldownMinutes: 0,
        numbersPerBlock: 20,
      },
    });
  });

  test('as it is set', () => {
    const env = {
      CALLING_HOURS: 'Sat 09:00-17:00',
      CALLING_TIMEZONE: 'Australia/Brisbane',
      CALLING_HOLIDAYS: '2026-12-26',
      MAX_CALLS_PER_HOUR: '10',
      MAX_CALLS_PER_HOUR_BY_KEY: '5',
      MAX_CALLS_PER_DAY_BY_ACCOUNT: '7',
      DESTINATION_COOLDOWN_MINUTES: '30',
      MAX_NUMBERS_PER_BLOCK_PER_HOUR: '100',
    };
    expect(dialSettings(read(env))).toMatchObject({
      hours: {
        windows: [{ weekday: 6, from: 540, to: 1020 }],
        holidays: [{ date: '2026-12-26', zone: null }],
        home: 'Australia/Brisbane',
      },
      caps: {
        hour: { trunk: 10, key: 5, account: null },
        day: { trunk: 1000, key: null, account: 7 },
        cooldownMinutes: 30,
        numbersPerBlock: null,
      },
    });
  });

  test.each([
    ['CALLING_HOURS', '9 to 5'],
    ['CALLING_TIMEZONE', 'Brisbane'],
    ['CALLING_HOLIDAYS', 'Christmas'],
    ['MAX_CALLS_PER_HOUR', '0'],
    ['MAX_CALLS_PER_DAY_BY_KEY', '0'],
    ['MAX_CALLS_PER_DAY_BY_KEY', '1.5'],
    ['MAX_NUMBERS_PER_BLOCK_PER_HOUR', '101'],
    ['DESTINATION_COOLDOWN_MINUTES', '-1'],
  ])('not %s=%s', (name, value) => {
    expect(problems({ ...least, [name]: value })).toEqual([expect.stringContaining(name)]);
  });

  test('hours need the zone of mobiles, and zone and holidays need hours', () => {
    expect(problems({ ...least, CALLING_HOURS: 'Sat 09:00-17:00' })).toEqual([
      expect.stringMatching(/^CALLING_TIMEZONE: It is needed with CALLING_HOURS/),
    ]);
    const env = { ...least, CALLING_TIMEZONE: 'Australia/Brisbane', CALLING_HOLIDAYS: '2026-12-26' };
    expect(problems(env)).toEqual([
      expect.stringMatching(/^CALLING_TIMEZONE: It does nothing without/),
      expect.stringMatching(/^CALLING_HOLIDAYS: It does nothing without/),
    ]);
  });
});

test('a name that nothing reads yet is told for a warning', () => {
  const env = { COST_PER_MINUTE: '1', BRIDGE_PORT: '1' };
  expect(namesWithoutEffect(env)).toEqual(['COST_PER_MINUTE']);
});

test('values are read in any case and with spaces', () => {
  expect(
    read({ LOG_LEVEL: 'debug', LOG_PII: 'TRUE', ALLOWED_COUNTRIES: 'au, nz', CALLS_PER_SECOND: '0.5' }),
  ).toMatchObject({
    LOG_LEVEL: 'DEBUG',
    LOG_PII: true,
    ALLOWED_COUNTRIES: ['au', 'nz'],
    CALLS_PER_SECOND: 0.5,
  });
  expect(dialSettings(read({ ALLOWED_COUNTRIES: 'au' })).policy.allowedCountries).toEqual(['AU']);
});

test('a start without any caller ID is known', () => {
  expect(fallsBackToDestination(read())).toBe(true);
  expect(fallsBackToDestination(read({ SIP_FROM_IDENTITY: 'Name' }))).toBe(false);
  expect(fallsBackToDestination(read({ CALLER_ID_FALLBACK: 'refuse' }))).toBe(false);
  expect(fallsBackToDestination(read({ CALLER_IDS_ALLOWED: '+61255500100' }))).toBe(false);
});

test('every name says what it means, for .env.example', () => {
  for (const [name, field] of Object.entries(bridgeConfigSchema.shape)) {
    expect([name, field.description ?? '']).toEqual([name, expect.stringMatching(/\.$/)]);
  }
});
