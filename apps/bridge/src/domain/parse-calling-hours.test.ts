import { describe, expect, test } from 'vitest';
import { parseCallingHours, parseHolidays } from './parse-calling-hours.ts';

const days = (text: string) => {
  const parsed = parseCallingHours(text);
  return parsed.status === 'ok'
    ? parsed.value.map(({ weekday, from, to }) => [weekday, from, to])
    : parsed.reason;
};

describe('CALLING_HOURS', () => {
  test.each([
    ['Mon 09:00-20:00', [[1, 540, 1200]]],
    ['  saturday 9:00 - 17:30 ', [[6, 540, 1050]]],
    [
      'Sat-Mon 00:00-24:00',
      [
        [6, 0, 1440],
        [0, 0, 1440],
        [1, 0, 1440],
      ],
    ],
    [
      'Mon 09:00-12:00, Mon 13:00-17:00',
      [
        [1, 540, 720],
        [1, 780, 1020],
      ],
    ],
  ])('%s', (text, windows) => {
    expect(days(text)).toEqual(windows);
  });

  test.each([
    ['', 'names no hours'],
    ['9-17', 'is not days and hours'],
    ['Mon,Tue 09:00-17:00', '"Mon" is not days and hours'],
    ['Mon 9-17', 'is not days and hours'],
    ['Mo 09:00-17:00', 'a day that is none'],
    ['Feiertag 09:00-17:00', 'a day that is none'],
    ['Mon 09:60-17:00', 'a time that is none'],
    ['Mon 09:00-24:01', 'a time that is none'],
    ['Mon 20:00-06:00', 'past midnight are two entries'],
    ['Mon 09:00-09:00', 'ends before it begins'],
  ])('"%s" is refused: %s', (text, reason) => {
    expect(days(text)).toContain(reason);
  });
});

describe('CALLING_HOLIDAYS', () => {
  test('is days, in a line or as a file with remarks', () => {
    const file = '# by state\n2026-12-25  # Christmas Day\n2026-11-03@Australia/Melbourne\n';
    expect(parseHolidays(file)).toEqual({
      status: 'ok',
      value: [
        { date: '2026-12-25', zone: null },
        { date: '2026-11-03', zone: 'Australia/Melbourne' },
      ],
    });
    expect(parseHolidays('2026-12-25, 2026-12-26')).toMatchObject({ value: [{}, {}] });
    expect(parseHolidays('')).toEqual({ status: 'ok', value: [] });
  });

  test.each(['25.12.2026', '2026-02-30', '2026-12-25@', '2026-12-25@VIC', '2026-12-25@+10:00', 'Christmas'])(
    '"%s" is refused',
    (text) => {
      expect(parseHolidays(text).status).toBe('invalid');
    },
  );
});
