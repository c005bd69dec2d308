import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** How a carrier wants numbers written: 61402012298, +61402012298 or 0402012298. */
export const DIAL_FORMATS = ['e164_digits', 'e164_plus', 'national'] as const;
export type DialFormat = (typeof DIAL_FORMATS)[number];

/**
 * The user part of a request-URI for a number in E.164 with plus. In `national` form a number outside
 * `homeCountry` gets that country's international prefix (`0011…` from Australia).
 * Throws a TypeError when the text is not E.164: parse first.
 */
export const toDialString = (e164: string, format: DialFormat, homeCountry = 'AU'): string => {
  if (!/^\+[1-9]\d{6,14}$/.test(e164)) {
    throw new TypeError('toDialString needs a number in E.164 with plus, such as +61402012298');
  }
  switch (format) {
    case 'e164_digits':
      return e164.slice(1);
    case 'e164_plus':
      return e164;
    case 'national': {
      const parsed = parsePhoneNumberFromString(e164);
      const written = parsed?.format('IDD', { fromCountry: homeCountry.toUpperCase() as CountryCode });
      const digits = written?.replace(/\D/g, '');
      return digits === undefined || digits === '' ? e164.slice(1) : digits;
    }
  }
};
