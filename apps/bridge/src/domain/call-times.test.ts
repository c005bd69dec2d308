import { parsePhoneNumber } from '@outdial/telephony';
import { describe, expect, test } from 'vitest';
import { callTimes } from './call-times.ts';
import { parseCallingHours } from './parse-calling-hours.ts';

const parsed = parseCallingHours('Mon-Fri 09:00-20:00');
if (parsed.status !== 'ok') throw new Error(parsed.reason);
const HOURS = { windows: parsed.value, holidays: [], home: 'Australia/Brisbane' };
// Monday, 19:30 in Brisbane, 20:30 in Sydney, 17:30 in Perth.
const EVENING = new Date('2026-03-02T09:30:00Z');
const NIGHT = new Date('2026-03-02T11:00:00Z');

const times = (destination: string, asked: Parameters<typeof callTimes>[0], now = EVENING, hours = HOURS) => {
  const number = parsePhoneNumber(destination);
  return callTimes(asked, number.status === 'ok' ? number.number : null, hours, now);
};
const MOBILE = '0491 570 156';
const IN_SYDNEY = '02 5550 0100';
const IN_PERTH = '08 9220 1234';

test('without hours a call starts at once, with an hour for it', () => {
  expect(callTimes({}, null, null, NIGHT)).toMatchObject({
    scheduledFor: null,
    notAfter: new Date('2026-03-02T12:00:00Z'),
    verdict: { verdict: 'pass' },
  });
});

test.each([
  [MOBILE, EVENING, 'pass'],
  [MOBILE, NIGHT, 'refuse'],
  [IN_SYDNEY, EVENING, 'refuse'],
  [IN_PERTH, NIGHT, 'pass'],
])('%s is called by the clock where it is', (destination, now, verdict) => {
  expect(times(destination, {}, now)).toMatchObject({ scheduledFor: null, verdict: { verdict } });
});

describe('outside the hours', () => {
  test('a call waits for the opening that not_after reaches', () => {
    const { scheduledFor, notAfter, verdict } = times(IN_SYDNEY, { not_after: '2026-03-03T12:00:00+11:00' });
    expect(scheduledFor).toEqual(new Date('2026-03-02T22:00:00Z'));
    expect(notAfter).toEqual(new Date('2026-03-03T01:00:00Z'));
    expect(verdict).toMatchObject({
      verdict: 'pass',
      detail: expect.stringContaining('would wait until 2026-03-03T09:00:00+11:00 (Australia/Sydney)'),
    });
  });

  test.each([undefined, '2026-03-03T09:00:00+11:00'])('it is refused when not_after is %s', (not_after) => {
    expect(times(IN_SYDNEY, { not_after }).verdict).toMatchObject({
      code: 'outside_calling_hours',
      detail: expect.stringContaining('begin at 2026-03-03T09:00:00+11:00 (Australia/Sydney)'),
      retryAt: new Date('2026-03-02T22:00:00Z'),
    });
  });

  test('the hour of a call without not_after is enough shortly before they begin', () => {
    const early = new Date('2026-03-02T22:30:00Z');
    expect(times(MOBILE, {}, early)).toMatchObject({
      scheduledFor: new Date('2026-03-02T23:00:00Z'),
      notAfter: new Date('2026-03-02T23:30:00Z'),
    });
  });

  test('a schedule is moved to the opening after it', () => {
    const asked = { schedule_at: '2026-03-07T10:00:00+10:00', not_after: '2026-03-10T10:00:00+10:00' };
    expect(times(MOBILE, asked).scheduledFor).toEqual(new Date('2026-03-08T23:00:00Z'));
  });
});
