import { isCallerIdAllowed } from './caller-id.ts';
import { isEmergencyNumber } from './emergency-number.ts';
import { isFictitiousNumber } from './fictitious-number.ts';
import { type NumberType, type PhoneNumber, parsePhoneNumber } from './phone-number.ts';

/** The rails that need no history. Bridge and agent both run them. */
export type DialPolicy = {
  /** `ALLOWED_COUNTRIES`, ISO 3166-1 alpha-2. */
  readonly allowedCountries: readonly string[];
  /** `CALLER_IDS_ALLOWED`; empty means any. */
  readonly callerIdsAllowed: readonly string[];
  /** `DEFAULT_COUNTRY` */
  readonly defaultCountry: string;
  /** `ALLOW_FICTITIOUS_NUMBERS`: only the lab has phones behind them. */
  readonly allowFictitious: boolean;
};

/** Why a number is not dialled: a code and a sentence. */
export type DialRefusal = {
  readonly code:
    | 'invalid_number'
    | 'country_not_allowed'
    | 'number_type_not_allowed'
    | 'emergency_number'
    | 'fictitious_number'
    | 'caller_id_not_allowed';
  readonly reason: string;
};

export type DialVerdict = { status: 'allowed' } | ({ status: 'refused' } & DialRefusal);

/** The rails without history, in their order. */
export type DialRail = 'destination' | 'country' | 'number_type' | 'caller_id' | 'fictitious';

/**
 * Every rail that could be looked at and what it refuses; of a number that cannot be read, `destination` alone.
 * `number` is there whenever it could be read.
 */
export type DialRails = {
  readonly number: PhoneNumber | null;
  readonly refusals: ReadonlyMap<DialRail, DialRefusal | null>;
};

/** Why a type of number may not be dialled; `null` where it may. */
const TYPE_REFUSALS: Readonly<Record<NumberType, string | null>> = {
  mobile: null,
  fixed_line: null,
  fixed_line_or_mobile: null,
  toll_free: null,
  voip: null,
  premium_rate: 'This is a premium rate number; it is never dialled.',
  shared_cost: 'This is a shared cost number (such as 13 or 1300); it is never dialled.',
  personal: 'This is a personal number, which can cost as much as a premium one; it is never dialled.',
  pager: 'This is a pager; it is never dialled.',
  uan: 'This is a company access number (UAN); it is never dialled.',
  voicemail: 'This is a voicemail access number; it is never dialled.',
  unknown: 'It is not known what kind of number this is; it is never dialled.',
};

// The library calls satellite networks mobile or VoIP: Inmarsat +870, Iridium and Globalstar +881,
// international networks +882 and +883, and Australia's own 014.
const SATELLITE = /^\+(870|88[123]|6114)/;

const refuse = (code: DialRefusal['code'], reason: string): DialRefusal => ({ code, reason });

const checkCountry = (number: PhoneNumber, policy: DialPolicy): DialRefusal | null => {
  // A satellite network is of no country, and its type is refused wherever it is.
  if (SATELLITE.test(number.e164)) return null;
  if (policy.allowedCountries.some((country) => country.toUpperCase() === number.country)) return null;
  return refuse(
    'country_not_allowed',
    `Numbers of ${number.country} may not be dialled; ALLOWED_COUNTRIES is ${policy.allowedCountries.join(',') || 'empty'}.`,
  );
};

const checkType = (number: PhoneNumber): DialRefusal | null => {
  if (SATELLITE.test(number.e164)) {
    return refuse('number_type_not_allowed', 'This is a satellite number; it is never dialled.');
  }
  const reason = TYPE_REFUSALS[number.type];
  return reason === null ? null : refuse('number_type_not_allowed', reason);
};

/** Whether calls may go out under a caller ID (`null`: none is chosen yet, not checked). `null`: they may. */
export const checkCallerIdPolicy = (callerId: string | null, policy: DialPolicy): DialRefusal | null =>
  callerId === null || isCallerIdAllowed(callerId, policy.callerIdsAllowed, policy.defaultCountry)
    ? null
    : refuse('caller_id_not_allowed', 'This caller ID is not in CALLER_IDS_ALLOWED.');

const checkFictitious = (number: PhoneNumber, policy: DialPolicy): DialRefusal | null =>
  policy.allowFictitious || !isFictitiousNumber(number.e164)
    ? null
    : refuse(
        'fictitious_number',
        'This number is reserved for fiction and belongs to nobody; only the lab answers it.',
      );

/** Looks at every rail without history. `callerId` null: none is chosen yet. Never throws. */
export const runDialRails = (
  request: { readonly destination: unknown; readonly callerId: string | null },
  policy: DialPolicy,
): DialRails => {
  const alone = (refusal: DialRefusal): DialRails => ({
    number: null,
    refusals: new Map<DialRail, DialRefusal | null>([['destination', refusal]]),
  });
  if (isEmergencyNumber(request.destination)) {
    return alone(refuse('emergency_number', 'This is an emergency number; it is never dialled.'));
  }
  const parsed = parsePhoneNumber(request.destination, policy.defaultCountry);
  if (parsed.status === 'invalid') return alone(refuse('invalid_number', parsed.reason));
  const { number } = parsed;
  return {
    number,
    refusals: new Map<DialRail, DialRefusal | null>([
      ['destination', null],
      ['country', checkCountry(number, policy)],
      ['number_type', checkType(number)],
      ['caller_id', checkCallerIdPolicy(request.callerId, policy)],
      ['fictitious', checkFictitious(number, policy)],
    ]),
  };
};

/**
 * Decides whether a number may be dialled under a caller ID (`null`: none chosen yet, not checked). It
 * is the same for a call's destination and for the number behind a transfer target. `number` is there
 * whenever the destination could be read. Never throws.
 */
export const checkDialPolicy = (
  request: { readonly destination: unknown; readonly callerId: string | null },
  policy: DialPolicy,
): DialVerdict & { number?: PhoneNumber } => {
  const { number, refusals } = runDialRails(request, policy);
  const refusal = [...refusals.values()].find((found) => found !== null);
  return {
    ...(refusal === undefined ? { status: 'allowed' } : { status: 'refused', ...refusal }),
    ...(number === null ? {} : { number }),
  };
};

/**
 * The same rails for what `toTransferUri` gave: the number behind the target must pass. A target without
 * a number (a name or an extension at a host that was checked) passes.
 */
export const checkTransferPolicy = (
  target: { readonly e164: string | null },
  policy: DialPolicy,
): DialVerdict =>
  target.e164 === null
    ? { status: 'allowed' }
    : checkDialPolicy({ destination: target.e164, callerId: null }, policy);
