import { number, refuse } from '@outdial/runtime';
import { z } from 'zod';
import type { CallCaps } from './domain/call-caps.ts';
import type { CallingHours } from './domain/calling-hours.ts';
import { isTimeZone } from './domain/local-time.ts';
import { parseCallingHours, parseHolidays } from './domain/parse-calling-hours.ts';

const MOST_CALLS = 1_000_000;

/** A cap that is not there unless it is named. */
const optionalCap = (meaning: string) =>
  z
    .string()
    .optional()
    .transform((text, context) => {
      if (text === undefined) return null;
      const value = Number(text);
      return /^\d+$/.test(text.trim()) && value >= 1 && value <= MOST_CALLS
        ? value
        : refuse(context, `"${text}" is not a whole number from 1 to ${MOST_CALLS}.`);
    })
    .describe(meaning);

/** The names that say when and how often may be called, for the bridge's environment. */
export const railEnvironment = {
  CALLING_HOURS: z
    .string()
    .optional()
    .transform((text, context) => {
      if (text === undefined) return null;
      const parsed = parseCallingHours(text);
      return parsed.status === 'ok' ? parsed.value : refuse(context, parsed.reason);
    })
    .describe(
      'When phones may ring, by the callee’s own clock: Mon-Fri 09:00-20:00, Sat 09:00-17:00. Unset: at any time.',
    ),
  CALLING_TIMEZONE: z
    .string()
    .optional()
    .transform((text, context) => {
      const zone = text?.trim() ?? null;
      if (zone === null || isTimeZone(zone)) return zone;
      return refuse(context, `"${zone}" is not a time zone such as Australia/Brisbane.`);
    })
    .describe(
      'The time zone of mobiles and other numbers without a place, such as Australia/Brisbane; needed with CALLING_HOURS.',
    ),
  CALLING_HOLIDAYS: z
    .string()
    .default('')
    .transform((text, context) => {
      const parsed = parseHolidays(text);
      return parsed.status === 'ok' ? parsed.value : refuse(context, parsed.reason);
    })
    .describe(
      'Days without calls, commas or lines between them: 2026-12-25, or 2026-11-03@Australia/Melbourne for one zone.',
    )
    .meta({ default: '' }),
  DESTINATION_COOLDOWN_MINUTES: number(
    { min: 0, max: 525_600, default: 0 },
    'For how many minutes after a call its number is not called again.',
  ),
  MAX_CALLS_PER_HOUR: number(
    { min: 1, max: MOST_CALLS, default: 120 },
    'Calls within an hour on the trunk, across all bridges; a second leg counts as one.',
  ),
  MAX_CALLS_PER_DAY: number({ min: 1, max: MOST_CALLS, default: 1_000 }, 'The same within 24 hours.'),
  MAX_CALLS_PER_HOUR_BY_KEY: optionalCap(
    'The same within an hour for each API key by itself; unset: no cap.',
  ),
  MAX_CALLS_PER_DAY_BY_KEY: optionalCap('The same within 24 hours for each API key by itself.'),
  MAX_CALLS_PER_HOUR_BY_ACCOUNT: optionalCap(
    'The same within an hour for each account code by itself; calls without one count together.',
  ),
  MAX_CALLS_PER_DAY_BY_ACCOUNT: optionalCap('The same within 24 hours for each account code by itself.'),
  MAX_NUMBERS_PER_BLOCK_PER_HOUR: number(
    { min: 1, max: 100, default: 20 },
    'Different numbers called within an hour that differ in their last two digits alone; 100 is no cap.',
  ),
} as const;

type RailConfig = z.output<z.ZodObject<typeof railEnvironment>>;

/** Finds names that need each other; for `superRefine`. */
export const checkCallingHours = (config: RailConfig, context: z.RefinementCtx): void => {
  const problem = (name: string, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message });
  const { CALLING_HOURS: hours, CALLING_TIMEZONE: zone, CALLING_HOLIDAYS: holidays } = config;
  if (hours !== null && zone === null) {
    problem(
      'CALLING_TIMEZONE',
      'It is needed with CALLING_HOURS: the time zone of mobiles, such as Australia/Brisbane.',
    );
  }
  if (hours !== null) return;
  if (zone !== null) problem('CALLING_TIMEZONE', 'It does nothing without CALLING_HOURS; set both or none.');
  if (holidays.length > 0)
    problem('CALLING_HOLIDAYS', 'It does nothing without CALLING_HOURS; set both or none.');
};

/** The environment as the calling hours of the domain. */
export const callingHoursOf = (config: RailConfig): CallingHours | null =>
  config.CALLING_HOURS === null || config.CALLING_TIMEZONE === null
    ? null
    : { windows: config.CALLING_HOURS, holidays: config.CALLING_HOLIDAYS, home: config.CALLING_TIMEZONE };

const WHOLE_BLOCK = 100;

/** The environment as the caps of the domain. */
export const callCapsOf = (config: RailConfig): CallCaps => ({
  hour: {
    trunk: config.MAX_CALLS_PER_HOUR,
    key: config.MAX_CALLS_PER_HOUR_BY_KEY,
    account: config.MAX_CALLS_PER_HOUR_BY_ACCOUNT,
  },
  day: {
    trunk: config.MAX_CALLS_PER_DAY,
    key: config.MAX_CALLS_PER_DAY_BY_KEY,
    account: config.MAX_CALLS_PER_DAY_BY_ACCOUNT,
  },
  cooldownMinutes: config.DESTINATION_COOLDOWN_MINUTES,
  numbersPerBlock:
    config.MAX_NUMBERS_PER_BLOCK_PER_HOUR >= WHOLE_BLOCK ? null : config.MAX_NUMBERS_PER_BLOCK_PER_HOUR,
});
