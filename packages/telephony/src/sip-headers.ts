import { firstOutside, nameCharacter } from './text.ts';

export type HeaderValue = { status: 'ok'; value: string } | { status: 'invalid'; reason: string };

/** What an account code may look like: it travels in a SIP header and in the carrier's records. */
export const ACCOUNT_CODE_PATTERN = /^[A-Za-z0-9._-]{1,64}$/;

const MAX_LENGTH = 64;

// X- names that LiveKit or a carrier gives a meaning of its own (livekit-sip pkg/sip/participant.go).
const RESERVED_PREFIXES = ['x-lk-', 'x-livekit-', 'x-twilio-', 'x-amzn-'] as const;

const invalid = (reason: string): HeaderValue => ({ status: 'invalid', reason });

/**
 * Checks the name of a header that may be added to a SIP request. Only `X-` names pass: every other
 * name either belongs to the protocol (a second From or To is answered 400) or has a setting of its own.
 */
export const checkHeaderName = (name: string): HeaderValue => {
  if (name.length > MAX_LENGTH) return invalid(`A header name has at most ${MAX_LENGTH} characters.`);
  const stray = firstOutside(name, /^[A-Za-z0-9_-]$/);
  if (stray !== null) {
    return invalid(`The header name contains ${nameCharacter(stray)}; allowed are letters, digits, - and _.`);
  }
  if (!/^x-[a-z0-9]/i.test(name)) {
    return invalid('Only headers whose name begins with X- can be set; other names belong to SIP itself.');
  }
  const lower = name.toLowerCase();
  if (RESERVED_PREFIXES.some((prefix) => lower.startsWith(prefix))) {
    return invalid('This header name is reserved by LiveKit or a carrier; choose another X- name.');
  }
  return { status: 'ok', value: name };
};

/**
 * Checks the value of such a header: 1 to 64 printable ASCII characters that do not begin or end with a
 * space (SIP would drop it). Above all no CR, LF or NUL, which would end the header.
 */
export const checkHeaderValue = (value: string): HeaderValue => {
  if (value === '') return invalid('The header value is empty; leave the field out instead.');
  if (value.length > MAX_LENGTH) return invalid(`The header value is longer than ${MAX_LENGTH} characters.`);
  const stray = firstOutside(value, /^[ -~]$/);
  if (stray !== null) {
    return invalid(
      `The header value contains ${nameCharacter(stray)}; allowed are printable ASCII characters.`,
    );
  }
  if (value.trim() !== value) return invalid('The header value begins or ends with a space.');
  return { status: 'ok', value };
};

/** The headers that can carry the caller number beside From. */
export const IDENTITY_HEADERS = ['P-Asserted-Identity', 'P-Preferred-Identity', 'Remote-Party-ID'] as const;
export type IdentityHeader = (typeof IDENTITY_HEADERS)[number];

/**
 * The value of an identity header: `<sip:NUMBER@HOST>` (RFC 3325), for Remote-Party-ID with the
 * parameters that say whose identity it is (draft-ietf-sip-privacy-04).
 * Throws a TypeError when number or host cannot stand in a SIP URI: check them first.
 */
export const identityHeader = (kind: IdentityHeader, number: string, host: string): string => {
  if (!/^[A-Za-z0-9+._-]{1,64}$/.test(number)) {
    throw new TypeError(`${kind} needs a caller number of digits, letters, + . _ -`);
  }
  if (!/^[A-Za-z0-9.-]{1,253}(:\d{1,5})?$/.test(host)) {
    throw new TypeError(`${kind} needs a host name or address, with a port at most`);
  }
  const address = `<sip:${number}@${host}>`;
  return kind === 'Remote-Party-ID' ? `${address};party=calling;id-type=subscriber;screen=yes` : address;
};
