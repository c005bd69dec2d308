import {
  type CountryCode,
  isSupportedCountry,
  type NumberType as LibraryNumberType,
  parsePhoneNumberFromString,
  validatePhoneNumberLength,
} from 'libphonenumber-js/max';
import { isEmergencyNumber } from './emergency-number.ts';
import { firstOutside, nameCharacter } from './text.ts';

export type NumberType =
  | 'mobile'
  | 'fixed_line'
  | 'fixed_line_or_mobile'
  | 'toll_free'
  | 'premium_rate'
  | 'shared_cost'
  | 'voip'
  | 'personal'
  | 'pager'
  | 'uan'
  | 'voicemail'
  | 'unknown';

/** A number that exists in its country's plan. `country` is ISO 3166-1, or `001` for networks of no country. */
export type PhoneNumber = { e164: string; country: string; type: NumberType };

/** `reason` is a sentence for the person who typed the number; it does not repeat the number. */
export type ParsedNumber = { status: 'ok'; number: PhoneNumber } | { status: 'invalid'; reason: string };

const MAX_LENGTH = 64;

const TYPES: Readonly<Record<NonNullable<LibraryNumberType>, NumberType>> = {
  MOBILE: 'mobile',
  FIXED_LINE: 'fixed_line',
  FIXED_LINE_OR_MOBILE: 'fixed_line_or_mobile',
  TOLL_FREE: 'toll_free',
  PREMIUM_RATE: 'premium_rate',
  SHARED_COST: 'shared_cost',
  VOIP: 'voip',
  PERSONAL_NUMBER: 'personal',
  PAGER: 'pager',
  UAN: 'uan',
  VOICEMAIL: 'voicemail',
};

const invalid = (reason: string): ParsedNumber => ({ status: 'invalid', reason });

type Dialable = { digits: string } | { reason: string };

const fromJsonNumber = (value: number): Dialable => {
  if (!Number.isSafeInteger(value) || value <= 0) {
    return {
      reason: 'The number is not a positive whole number that JSON can hold exactly; send it as text.',
    };
  }
  return { digits: String(value) };
};

// Everything that is not a digit or one leading plus is gone or refused before the library sees the
// text: it would read letters as keypad digits, take extensions and drop what it does not know.
const fromText = (text: string): Dialable => {
  if (text.length > MAX_LENGTH) return { reason: `The number is longer than ${MAX_LENGTH} characters.` };
  const body = text.replace(/^ +| +$/g, '').replace(/^tel:/i, '');
  if (/^\d+([.,]\d+)?e[+-]?\d+$/i.test(body)) {
    return {
      reason:
        'The number was turned into scientific notation, as spreadsheets do, and its last digits are lost; format the column as text.',
    };
  }
  const stray = firstOutside(body, /^[0-9+(). -]$/);
  if (stray !== null) {
    return {
      reason: `The number contains ${nameCharacter(stray)}; allowed are digits, spaces, + ( ) - . and a tel: prefix.`,
    };
  }
  if (/^\d+\.\d{1,2}$/.test(body) || body.startsWith('-')) {
    return { reason: 'The number looks like the result of a calculation; send it as text.' };
  }
  const digits = body.replace(/[(). -]/g, '');
  if (!/\d/.test(digits)) return { reason: 'The number has no digits.' };
  if (digits.lastIndexOf('+') > 0) return { reason: 'A plus may only stand at the beginning of the number.' };
  return { digits };
};

const readInput = (input: unknown): Dialable => {
  if (typeof input === 'number') return fromJsonNumber(input);
  if (typeof input === 'string') return fromText(input);
  return { reason: 'A phone number must be text or a whole number.' };
};

const whyInvalid = (digits: string, country: CountryCode): string => {
  if (isEmergencyNumber(digits)) return 'This is an emergency number; it is never dialled.';
  const hint = digits.startsWith('+')
    ? ''
    : ` It was read as a number in ${country}; write a number of another country with + and its country code.`;
  switch (validatePhoneNumberLength(digits, country)) {
    case 'TOO_SHORT':
      return `The number is too short.${hint}`;
    case 'TOO_LONG':
      return `The number is too long.${hint}`;
    case 'INVALID_LENGTH':
      return `No number has this length.${hint}`;
    case 'INVALID_COUNTRY':
      return 'The country code after + does not exist.';
    case 'NOT_A_NUMBER':
      return 'This is not a phone number.';
    default:
      return `No such number exists in its country's numbering plan; look for missing or wrong digits.${hint}`;
  }
};

/**
 * Reads a phone number the way people, spreadsheets and n8n write it and gives it back in E.164.
 *
 * Text may hold digits, spaces, `+ ( ) - .` and a `tel:` prefix; a JSON number must be a safe integer
 * (a leading zero is lost there, which is understood). Without `+` or an international prefix
 * the number belongs to `defaultCountry` (ISO 3166-1 alpha-2), with or without that country's code in
 * front. Never throws.
 */
export const parsePhoneNumber = (input: unknown, defaultCountry = 'AU'): ParsedNumber => {
  const country = defaultCountry.toUpperCase();
  if (!isSupportedCountry(country)) {
    return invalid(
      `The default country ${nameCountry(defaultCountry)} does not exist; use a code such as AU.`,
    );
  }
  const read = readInput(input);
  if ('reason' in read) return invalid(read.reason);
  // Checked first: some plans know a number that is spelt like an emergency code.
  if (isEmergencyNumber(read.digits)) return invalid(whyInvalid(read.digits, country));
  const parsed = parsePhoneNumberFromString(read.digits, { defaultCountry: country, extract: false });
  if (parsed === undefined || !parsed.isValid()) return invalid(whyInvalid(read.digits, country));
  const type = parsed.getType();
  return {
    status: 'ok',
    number: {
      e164: parsed.number,
      country: parsed.country ?? '001',
      type: type === undefined ? 'unknown' : TYPES[type],
    },
  };
};

const nameCountry = (text: string): string => (/^[A-Za-z0-9]{1,8}$/.test(text) ? text : 'given');
