import type { PhoneNumber } from './phone-number.ts';

const PERTH = 'Australia/Perth';
const DARWIN = 'Australia/Darwin';
const ADELAIDE = 'Australia/Adelaide';

// Source: the ranges of Australia's geographic numbers (Telecommunications Numbering Plan 2015, as the
// Australian Communications and Media Authority allots them). The other area codes lie in one zone each;
// 08 is Western Australia, the Northern Territory, South Australia and Broken Hill. The first that fits counts.
const FIXED_LINES: readonly (readonly [prefix: RegExp, zones: readonly string[]])[] = [
  [/^\+612/, ['Australia/Sydney']],
  [/^\+613/, ['Australia/Melbourne']],
  [/^\+617/, ['Australia/Brisbane']],
  [/^\+618[569]/, [PERTH]],
  [/^\+618(79|89)/, [DARWIN]],
  [/^\+61880/, ['Australia/Broken_Hill']],
  [/^\+618[78]/, [ADELAIDE]],
  [/^\+618/, [PERTH, DARWIN, ADELAIDE]],
];

// What `PhoneNumber` says of networks that belong to none.
const NO_COUNTRY = '001';

// Node has it; TypeScript does not know it yet.
type LocaleWithZones = Intl.Locale & { getTimeZones?: () => readonly string[] | undefined };

/** The zones of a country by ISO 3166-1 alpha-2; empty where the runtime knows none. */
const zonesOfCountry = (country: string): readonly string[] =>
  (new Intl.Locale('und', { region: country }) as LocaleWithZones).getTimeZones?.() ?? [];

/**
 * The time zones (IANA names) that the phone behind a number may be in. An Australian fixed line is in its
 * state, by area code. An Australian number that belongs to no place (mobile, 1800, VoIP) is in `home`, and so
 * is one whose country has no zones. Everything else may be in any zone of its country: what is to hold
 * where the callee is has to hold in all of them.
 */
export const calleeZones = (number: PhoneNumber, home: string): readonly string[] => {
  if (number.country === 'AU') {
    return (
      FIXED_LINES.find(([prefix]) => number.type === 'fixed_line' && prefix.test(number.e164))?.[1] ?? [home]
    );
  }
  const zones = number.country === NO_COUNTRY ? [] : zonesOfCountry(number.country);
  return zones.length === 0 ? [home] : zones;
};
