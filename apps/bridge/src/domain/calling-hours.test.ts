import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CallingHours, nextOpening, tellOpening } from './calling-hours.ts';
import { localTime } from './local-time.ts';
import { parseCallingHours, parseHolidays } from './parse-calling-hours.ts';

const SYDNEY = 'Australia/Sydney';
const BRISBANE = 'Australia/Brisbane';
const PERTH = 'Australia/Perth';

const hours = (text: string, holidays = ''): CallingHours => {
  const windows = parseCallingHours(text);
  const days = parseHolidays(holidays);
  if (windows.status !== 'ok' || days.status !== 'ok') throw new Error(text);
  return { windows: windows.value, holidays: days.value, home: BRISBANE };
};
const WEEK = hours('Mon-Fri 09:00-20:00, Sat 09:00-17:00');
const opens = (start: string, zones: readonly string[], how = WEEK): string | undefined =>
  nextOpening(how, zones, new Date(start))?.toISOString();

describe('the next opening', () => {
  // 2 March 2026 is a Monday.
  test.each([
    ['is now while it is open', '2026-03-02T03:00:30.000Z', BRISBANE, '2026-03-02T03:00:30.000Z'],
    ['is now at the first minute', '2026-03-01T23:00:00.000Z', BRISBANE, '2026-03-01T23:00:00.000Z'],
    [
      'is the morning before the first minute',
      '2026-03-01T22:59:59.999Z',
      BRISBANE,
      '2026-03-01T23:00:00.000Z',
    ],
    ['is tomorrow from the last minute on', '2026-03-02T10:00:00.000Z', BRISBANE, '2026-03-02T23:00:00.000Z'],
    ['is now in the last minute', '2026-03-02T09:59:59.999Z', BRISBANE, '2026-03-02T09:59:59.999Z'],
    ['is Monday on a Saturday evening', '2026-03-07T07:00:00.000Z', BRISBANE, '2026-03-08T23:00:00.000Z'],
    ['is by the clock of the callee', '2026-03-02T00:00:00.000Z', PERTH, '2026-03-02T01:00:00.000Z'],
    ['is an hour earlier in summer time', '2026-03-01T20:00:00.000Z', SYDNEY, '2026-03-01T22:00:00.000Z'],
  ])('%s', (_name, start, zone, opening) => {
    expect(opens(start, [zone])).toBe(opening);
  });

  // Sydney: on 4 October 2026 02:00 becomes 03:00, on 5 April 2026 03:00 becomes 02:00.
  const ALWAYS = hours('Mon-Sun 09:00-20:00');
  const NIGHT = hours('Mon-Sun 02:30-02:45');
  test.each([
    ['before summer time begins', '2026-10-03T01:00:00Z', ALWAYS, '2026-10-03T01:00:00.000Z'],
    ['on the morning after it began', '2026-10-03T10:00:00Z', ALWAYS, '2026-10-03T22:00:00.000Z'],
    ['on the morning after it ended', '2026-04-04T09:00:00Z', ALWAYS, '2026-04-04T23:00:00.000Z'],
    [
      'in an hour that comes twice, the first time',
      '2026-04-04T12:00:00Z',
      NIGHT,
      '2026-04-04T15:30:00.000Z',
    ],
    [
      'in an hour that comes twice, the second time',
      '2026-04-04T15:45:00Z',
      NIGHT,
      '2026-04-04T16:30:00.000Z',
    ],
    ['not in an hour that does not come', '2026-10-03T12:00:00Z', NIGHT, '2026-10-04T15:30:00.000Z'],
  ])('%s', (_name, start, how, opening) => {
    expect(opens(start, [SYDNEY], how)).toBe(opening);
  });

  test('is after a holiday, in its zone alone where it names one', () => {
    const feast = hours('Mon-Fri 09:00-20:00', '2026-03-02');
    expect(opens('2026-03-02T03:00:00Z', [BRISBANE], feast)).toBe('2026-03-02T23:00:00.000Z');
    const local = hours('Mon-Fri 09:00-20:00', `2026-03-02@${SYDNEY}`);
    expect(opens('2026-03-02T03:00:00Z', [BRISBANE], local)).toBe('2026-03-02T03:00:00.000Z');
    expect(opens('2026-03-02T03:00:00Z', [SYDNEY], local)).toBe('2026-03-02T22:00:00.000Z');
  });

  test('is when it is open everywhere that the phone may be', () => {
    expect(opens('2026-03-02T00:00:00Z', [BRISBANE, PERTH])).toBe('2026-03-02T01:00:00.000Z');
    expect(opens('2026-03-02T10:30:00Z', [PERTH, BRISBANE])).toBe('2026-03-03T01:00:00.000Z');
  });

  test('is none where there is none', () => {
    expect(
      nextOpening(hours('Mon 09:00-09:30'), [SYDNEY, 'Europe/London'], new Date('2026-03-02')),
    ).toBeNull();
  });

  test('is the first open minute there is, whatever the hours, the zone and the moment', () => {
    const minute = 60_000;
    const zone = fc.constantFrom(SYDNEY, BRISBANE, PERTH, 'Australia/Lord_Howe', 'America/St_Johns');
    const window = fc
      .tuple(
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 0, max: 1439 }),
        fc.integer({ min: 1, max: 1440 }),
      )
      .map(([weekday, from, length]) => ({ weekday, from, to: Math.min(1440, from + length) }));
    // Around the days on which Sydney's clock is set, so that jumps lie between start and opening.
    const start = fc
      .tuple(fc.constantFrom('2026-04-04', '2026-10-03', '2026-11-01'), fc.integer({ min: -600, max: 1_800 }))
      .map(([day, minutes]) => new Date(Date.parse(day) + minutes * minute));
    fc.assert(
      fc.property(zone, fc.array(window, { minLength: 1, maxLength: 3 }), start, (where, windows, from) => {
        const how = { windows, holidays: [], home: BRISBANE };
        const isOpen = (at: Date): boolean => {
          const local = localTime(at, where);
          return windows.some(
            ({ weekday, from: first, to }) =>
              weekday === local.weekday && local.minute >= first && local.minute < to,
          );
        };
        const opening = nextOpening(how, [where], from);
        if (opening === null) throw new Error('every week has an opening');
        expect(isOpen(opening)).toBe(true);
        // Every minute of the day before it, up to the start, is closed.
        const first = Math.max(from.getTime(), opening.getTime() - 1_440 * minute);
        for (let at = first; at < opening.getTime(); at += 5 * minute)
          expect(isOpen(new Date(at))).toBe(false);
        if (opening > from) expect(isOpen(new Date(opening.getTime() - 1))).toBe(false);
      }),
      { numRuns: 40 },
    );
  });
});

test('an opening is told by the clock of the callee', () => {
  const at = new Date('2026-03-01T22:00:00Z');
  expect(tellOpening(at, [SYDNEY])).toBe('2026-03-02T09:00:00+11:00 (Australia/Sydney)');
  expect(tellOpening(at, ['America/St_Johns'])).toBe('2026-03-01T18:30:00-03:30 (America/St_Johns)');
});
