/** What the clocks of a zone show. */
export type LocalTime = {
  /** `2026-03-02` */
  readonly date: string;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** Minute of the day, 0 to 1439. */
  readonly minute: number;
  /** Minutes ahead of UTC. */
  readonly offset: number;
};

const MINUTE_MS = 60_000;

const formats = new Map<string, Intl.DateTimeFormat>();

// Making one takes a hundred times as long as using it.
const formatOf = (zone: string): Intl.DateTimeFormat => {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  formats.set(zone, format);
  return format;
};

/** Whether the runtime knows a time zone of this name (IANA). */
export const isTimeZone = (zone: string): boolean => {
  try {
    // An offset such as +10:00 is taken too, but knows no daylight saving.
    return /^[A-Za-z]/.test(zone) && formatOf(zone) !== undefined;
  } catch {
    return false;
  }
};

/** A moment as the clocks of a zone (IANA name) show it. */
export const localTime = (at: Date, zone: string): LocalTime => {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'));
  const local = new Date(shown);
  return {
    date: local.toISOString().slice(0, 10),
    weekday: local.getUTCDay(),
    minute: part('hour') * 60 + part('minute'),
    offset: (shown - Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS) / MINUTE_MS,
  };
};

const two = (value: number): string => String(value).padStart(2, '0');

/** A moment by the clocks of a zone, to the second: `2026-03-02T09:00:00+10:00` (RFC 3339). */
export const toLocalText = (at: Date, zone: string): string => {
  const { offset } = localTime(at, zone);
  const local = new Date(at.getTime() + offset * MINUTE_MS).toISOString().slice(0, 19);
  const ahead = Math.abs(offset);
  return `${local}${offset < 0 ? '-' : '+'}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`;
};
