import { type LocalTime, localTime, toLocalText } from './local-time.ts';

/** One row of `CALLING_HOURS`: from minute `from` of the day up to, not including, minute `to`. */
export type CallingWindow = {
  /** 0 is Sunday, as the week of `Date` has it. */
  readonly weekday: number;
  readonly from: number;
  readonly to: number;
};

/** A day without calls, `2026-12-25`; `zone` null: everywhere. */
export type Holiday = { readonly date: string; readonly zone: string | null };

/** When phones may ring, in the time of whoever is called. */
export type CallingHours = {
  readonly windows: readonly CallingWindow[];
  readonly holidays: readonly Holiday[];
  /** `CALLING_TIMEZONE`: the zone of numbers that belong to no place. */
  readonly home: string;
};

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
// Two weeks of public holidays in a row are more than any list will hold.
const LONGEST_CLOSURE_MS = 60 * DAY_MINUTES * MINUTE_MS;

const isHoliday = ({ holidays }: CallingHours, zone: string, date: string): boolean =>
  holidays.some((holiday) => holiday.date === date && (holiday.zone === null || holiday.zone === zone));

/** Minutes of the local clock until it may be open: 0 while it is, else the next opening or midnight. */
const minutesToWait = (hours: CallingHours, zone: string, local: LocalTime): number => {
  const today = isHoliday(hours, zone, local.date)
    ? []
    : hours.windows.filter(({ weekday }) => weekday === local.weekday);
  if (today.some(({ from, to }) => local.minute >= from && local.minute < to)) return 0;
  const next = Math.min(DAY_MINUTES, ...today.map(({ from }) => from).filter((from) => from > local.minute));
  return next - local.minute;
};

/** The first moment from `start` on at which this zone is open; null when there is none for weeks. */
const opensInZone = (hours: CallingHours, zone: string, start: Date, before: number): Date | null => {
  let at = start;
  while (at.getTime() < before) {
    const wait = minutesToWait(hours, zone, localTime(at, zone));
    if (wait === 0) return at;
    const minuteStart = Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS;
    const next = new Date(minuteStart + wait * MINUTE_MS);
    // Where daylight saving begins or ends in between, the local clock jumps: then minute by minute.
    const isEven = localTime(next, zone).offset === localTime(at, zone).offset;
    at = isEven ? next : new Date(minuteStart + MINUTE_MS);
  }
  return null;
};

/**
 * The first moment from `start` on at which it is open in every one of these zones (IANA names): `start`
 * itself while it is open. Null when there is none within two months.
 */
export const nextOpening = (hours: CallingHours, zones: readonly string[], start: Date): Date | null => {
  const before = start.getTime() + LONGEST_CLOSURE_MS;
  let at = start;
  for (;;) {
    let latest = at;
    for (const zone of zones) {
      const opening = opensInZone(hours, zone, at, before);
      if (opening === null) return null;
      if (opening > latest) latest = opening;
    }
    if (latest.getTime() === at.getTime()) return at;
    at = latest;
  }
};

/** A moment as the callee's own clock shows it, RFC 3339 with its offset, and where that is. */
export const tellOpening = (at: Date, zones: readonly string[]): string =>
  `${toLocalText(at, zones[0] ?? 'UTC')} (${zones.slice(0, 3).join(', ')}${zones.length > 3 ? ', …' : ''})`;
