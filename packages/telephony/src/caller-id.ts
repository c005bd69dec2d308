import { parsePhoneNumber } from './phone-number.ts';
import type { HeaderValue } from './sip-headers.ts';
import { firstOutside, hasInvisible, nameCharacter } from './text.ts';

/** Where a caller ID came from. */
export type CallerIdSource = 'request' | 'SIP_FROM_NUMBER' | 'SIP_FROM_IDENTITY' | 'destination';

export type CallerIdChoice =
  | { status: 'chosen'; callerId: string; source: CallerIdSource; why: string; warning: string | null }
  | { status: 'missing'; reason: string };

export type CallerIdSettings = {
  /** `SIP_FROM_NUMBER` */
  readonly fromNumber: string | null;
  /** `SIP_FROM_IDENTITY` */
  readonly fromIdentity: string | null;
  /** `CALLER_ID_FALLBACK` */
  readonly fallback: 'destination' | 'refuse';
  /** `CALLER_IDS_ALLOWED`; empty means any. */
  readonly allowed: readonly string[];
  readonly defaultCountry: string;
};

const MAX_LENGTH = 64;

/**
 * Checks that a caller ID can be the user part of From exactly as written: 1 to 64 letters, digits and
 * `+ . _ -`. Spaces and brackets are refused rather than dropped, because a caller ID is never changed.
 */
export const checkCallerId = (callerId: string): HeaderValue => {
  if (callerId === '') return { status: 'invalid', reason: 'The caller ID is empty.' };
  if (callerId.length > MAX_LENGTH) {
    return { status: 'invalid', reason: `The caller ID is longer than ${MAX_LENGTH} characters.` };
  }
  const stray = firstOutside(callerId, /^[A-Za-z0-9+._-]$/);
  if (stray !== null) {
    return {
      status: 'invalid',
      reason: `The caller ID contains ${nameCharacter(stray)}; allowed are letters, digits and + . _ - as it is sent exactly as written.`,
    };
  }
  return { status: 'ok', value: callerId };
};

/**
 * Checks that a name can be the display name of From exactly as written: 1 to 64 visible characters,
 * without `" \ < >`, which would end the quoted name, and without control characters.
 */
export const checkCallerName = (name: string): HeaderValue => {
  if (name.trim() === '') return { status: 'invalid', reason: 'The caller name is empty.' };
  if ([...name].length > MAX_LENGTH) {
    return { status: 'invalid', reason: `The caller name is longer than ${MAX_LENGTH} characters.` };
  }
  if (hasInvisible(name)) {
    return { status: 'invalid', reason: 'The caller name contains a control or invisible character.' };
  }
  const stray = firstOutside(name, /^[^"\\<>]$/u);
  if (stray !== null) {
    return {
      status: 'invalid',
      reason: `The caller name contains ${nameCharacter(stray)}, which is not allowed.`,
    };
  }
  return { status: 'ok', value: name };
};

const present = (text: string | null): string | null => (text === null || text.trim() === '' ? null : text);

const NO_CALLER_ID =
  'No caller ID: send caller_id, or set SIP_FROM_NUMBER or SIP_FROM_IDENTITY to one that the carrier approved';

/**
 * Chooses the caller ID, the first that is present: the request's, SIP_FROM_NUMBER, SIP_FROM_IDENTITY,
 * then CALLER_ID_FALLBACK; `why` says so. It does not check the allow list, but an allow list turns the
 * fallback off. A caller ID that cannot be sent as written is `missing` with the reason: a call is not
 * placed under another identity than the one that was asked for.
 */
export const chooseCallerId = (
  requested: string | null,
  destinationE164: string,
  settings: CallerIdSettings,
): CallerIdChoice => {
  const candidates: readonly (readonly [CallerIdSource, string | null, string])[] = [
    ['request', present(requested), 'The request names a caller ID.'],
    ['SIP_FROM_NUMBER', present(settings.fromNumber), 'The request names none; SIP_FROM_NUMBER is set.'],
    [
      'SIP_FROM_IDENTITY',
      present(settings.fromIdentity),
      'The request names none and SIP_FROM_NUMBER is not set; SIP_FROM_IDENTITY is.',
    ],
  ];
  for (const [source, callerId, why] of candidates) {
    if (callerId === null) continue;
    const checked = checkCallerId(callerId);
    if (checked.status === 'ok') return { status: 'chosen', callerId, source, why, warning: null };
    const where = source === 'request' ? 'caller_id' : source;
    return { status: 'missing', reason: `${where} cannot be used. ${checked.reason}` };
  }
  if (settings.allowed.length > 0) {
    return {
      status: 'missing',
      reason: `${NO_CALLER_ID}; CALLER_IDS_ALLOWED is set, so the destination is not used instead.`,
    };
  }
  if (settings.fallback === 'refuse') return { status: 'missing', reason: `${NO_CALLER_ID}.` };
  const callerId = destinationE164.replace(/^\+/, '');
  if (checkCallerId(callerId).status === 'invalid') return { status: 'missing', reason: `${NO_CALLER_ID}.` };
  return {
    status: 'chosen',
    callerId,
    source: 'destination',
    why: 'No caller ID is set anywhere; CALLER_ID_FALLBACK=destination uses the number that is called.',
    warning: `${NO_CALLER_ID}. The destination is used as the caller ID; most carriers refuse that and some bar the trunk.`,
  };
};

/**
 * Whether a caller ID is on the list: equal as E.164 when both are phone numbers, else equal as text.
 * An empty list allows every caller ID.
 */
export const isCallerIdAllowed = (
  callerId: string,
  allowed: readonly string[],
  defaultCountry: string,
): boolean => {
  if (allowed.length === 0) return true;
  const asked = parsePhoneNumber(callerId, defaultCountry);
  return allowed.some((entry) => {
    if (entry === callerId) return true;
    if (asked.status === 'invalid') return false;
    const listed = parsePhoneNumber(entry, defaultCountry);
    return listed.status === 'ok' && listed.number.e164 === asked.number.e164;
  });
};

/**
 * Chooses the display name: the request's, else SIP_DISPLAY_NAME, else none. A name that cannot stand in
 * a SIP header is left out, never repaired.
 */
export const chooseCallerName = (requested: string | null, displayName: string | null): string | null => {
  const name = present(requested) ?? present(displayName);
  return name !== null && checkCallerName(name).status === 'ok' ? name : null;
};
