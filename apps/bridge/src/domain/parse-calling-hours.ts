import type { CallingWindow, Holiday } from './calling-hours.ts';
import { isTimeZone } from './local-time.ts';

type Parsed<T> =
  | { readonly status: 'ok'; readonly value: readonly T[] }
  | { readonly status: 'invalid'; readonly reason: string };

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const ENTRY = /^([a-z]+)(?:\s*-\s*([a-z]+))?\s+(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$/i;

const invalid = <T>(reason: string): Parsed<T> => ({ status: 'invalid', reason });

const all = <T>(entries: readonly string[], read: (entry: string) => readonly T[] | string): Parsed<T> => {
  const value: T[] = [];
  for (const entry of entries) {
    const found = read(entry);
    if (typeof found === 'string') return invalid(found);
    value.push(...found);
  }
  return { status: 'ok', value };
};

const weekdayOf = (name: string): number =>
  name.length < 3 ? -1 : WEEKDAYS.findIndex((day) => day.startsWith(name.toLowerCase()));

const minuteOf = (hour: string, minute: string): number | null => {
  const value = Number(hour) * 60 + Number(minute);
  return Number(minute) < 60 && value <= 24 * 60 ? value : null;
};

const weekdaysBetween = (first: number, last: number): readonly number[] => {
  const days = [first];
  for (let day = first; day !== last; ) {
    day = (day + 1) % 7;
    days.push(day);
  }
  return days;
};

const readWindow = (entry: string): readonly CallingWindow[] | string => {
  const [, firstName, lastName, ...clock] = ENTRY.exec(entry) ?? [];
  if (firstName === undefined) {
    return `"${entry}" is not days and hours, such as Mon-Fri 09:00-20:00; a comma between entries.`;
  }
  const first = weekdayOf(firstName);
  const last = weekdayOf(lastName ?? firstName);
  if (first < 0 || last < 0) return `"${entry}" names a day that is none; use Mon Tue Wed Thu Fri Sat Sun.`;
  const from = minuteOf(clock[0] ?? '', clock[1] ?? '');
  const to = minuteOf(clock[2] ?? '', clock[3] ?? '');
  if (from === null || to === null) return `"${entry}" names a time that is none; use 00:00 to 24:00.`;
  if (from >= to) {
    return `"${entry}" ends before it begins; hours past midnight are two entries, up to 24:00 and from 00:00.`;
  }
  return weekdaysBetween(first, last).map((weekday) => ({ weekday, from, to }));
};

/** Reads `CALLING_HOURS`: `Mon-Fri 09:00-20:00, Sat 09:00-17:00`, in the callee's own time. */
export const parseCallingHours = (text: string): Parsed<CallingWindow> => {
  const entries = text.split(',').map((entry) => entry.trim());
  const parsed = all(
    entries.filter((entry) => entry !== ''),
    readWindow,
  );
  return parsed.status === 'ok' && parsed.value.length === 0 ? invalid('It names no hours.') : parsed;
};

const isDate = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true;

const readHoliday = (entry: string): readonly Holiday[] | string => {
  const [date = '', zone, ...more] = entry.split('@');
  if (!isDate(date) || more.length > 0) {
    return `"${entry}" is not a day such as 2026-12-25, or 2026-11-03@Australia/Melbourne for one zone.`;
  }
  if (zone !== undefined && !isTimeZone(zone)) return `"${entry}" names a time zone that there is not.`;
  return [{ date, zone: zone ?? null }];
};

/**
 * Reads `CALLING_HOLIDAYS`: days such as `2026-12-25`, or `2026-11-03@Australia/Melbourne` for one zone; commas
 * or lines between them, and what follows a `#` is a remark.
 */
export const parseHolidays = (text: string): Parsed<Holiday> =>
  all(
    text
      .replace(/#.*$/gm, '')
      .split(/[\s,]+/)
      .filter((entry) => entry !== ''),
    readHoliday,
  );
