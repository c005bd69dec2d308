import { describe, expect, test } from 'vitest';
import { NO_CAPS } from '../../test/fixtures.ts';
import { type CallCaps, type CallUsage, NO_USAGE } from './call-caps.ts';
import { historyRails } from './history-rails.ts';

const AT = new Date('2026-03-02T00:00:00Z');
const LATER = new Date('2026-03-02T00:20:00Z');
const CAPS: CallCaps = {
  hour: { trunk: 120, key: 20, account: null },
  day: { trunk: 1000, key: null, account: 50 },
  cooldownMinutes: 30,
  numbersPerBlock: 20,
};
const rails = (usage: Partial<CallUsage>, caps = CAPS, accountCode: string | null = 'em-tech-01') =>
  Object.fromEntries(
    historyRails(caps, { ...NO_USAGE, ...usage }, { apiKeyName: 'n8n', accountCode }, AT).map((verdict) => [
      verdict.rail,
      verdict,
    ]),
  );
const use = (used: number, freeAt: Date | null = null) => ({ used, freeAt });

test('without caps everything passes', () => {
  const verdicts = Object.values(rails({}, NO_CAPS));
  expect(verdicts.map(({ verdict }) => verdict)).toEqual(['pass', 'pass', 'pass', 'pass']);
});

test('what is used is told of every cap there is', () => {
  const hour = { trunk: use(37), key: use(3), account: use(9) };
  const day = { trunk: use(200), key: use(150), account: use(11) };
  expect(rails({ hour, day })).toMatchObject({
    calls_per_hour: {
      detail: 'In the last hour: 37 of 120 used on this trunk, 3 of 20 used by the key "n8n".',
    },
    calls_per_day: {
      detail:
        'In the last day: 200 of 1000 used on this trunk, 11 of 50 used under account_code "em-tech-01".',
    },
  });
  expect(rails({ day }, CAPS, null).calls_per_day?.detail).toContain('11 of 50 used without an account_code');
});

describe('a full cap refuses, names its setting and says when there is room', () => {
  test.each([
    ['hour', 'trunk', 'hourly_cap_reached', 'MAX_CALLS_PER_HOUR.'],
    ['hour', 'key', 'hourly_cap_reached', 'MAX_CALLS_PER_HOUR_BY_KEY.'],
    ['day', 'trunk', 'daily_cap_reached', 'MAX_CALLS_PER_DAY.'],
    ['day', 'account', 'daily_cap_reached', 'MAX_CALLS_PER_DAY_BY_ACCOUNT.'],
  ] as const)('%s, %s', (period, owner, code, name) => {
    const usage = { [period]: { ...NO_USAGE[period], [owner]: use(120, LATER) } };
    expect(rails(usage)[`calls_per_${period}`]).toMatchObject({
      code,
      retryAt: LATER,
      detail: expect.stringMatching(new RegExp(`room again at 2026-03-02T00:20:00.000Z.*${name}$`)),
    });
  });
});

test('a number rests for the whole of its cool-down', () => {
  expect(rails({ lastCallAt: new Date('2026-03-01T23:50:00Z') }).cool_down).toMatchObject({
    code: 'destination_cooldown',
    retryAt: LATER,
  });
  expect(rails({ lastCallAt: new Date('2026-03-01T23:30:00Z') }).cool_down).toMatchObject({
    verdict: 'pass',
  });
});

test('dialling through a range is refused', () => {
  expect(rails({ block: use(19) }).number_block).toMatchObject({ verdict: 'pass' });
  expect(rails({ block: use(20, LATER) }).number_block).toMatchObject({
    code: 'number_block_cap_reached',
    retryAt: LATER,
    detail: expect.stringContaining('MAX_NUMBERS_PER_BLOCK_PER_HOUR'),
  });
});
