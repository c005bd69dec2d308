import { type DialFormat, toDialString } from './dial-string.ts';
import { isEmergencyNumber } from './emergency-number.ts';
import { parsePhoneNumber } from './phone-number.ts';
import { parseHostPort } from './sip-host.ts';
import { firstOutside, nameCharacter } from './text.ts';

/** `e164` is the number behind the target, for the dial policy; `null` for a name or an extension. */
export type TransferUri =
  | { status: 'ok'; uri: string; e164: string | null }
  | { status: 'invalid'; reason: string };

export type TransferUriOptions = {
  readonly defaultCountry?: string;
  /** Hosts a `sip:` target may name, with or without port; `undefined` allows every host. */
  readonly allowedHosts?: readonly string[] | undefined;
};

const MAX_LENGTH = 255;
const EXTENSION_DIGITS = 6;

// transport chooses how the carrier reaches the host and user=phone says that the user is a number.
// All others are refused: maddr and route send the call elsewhere than the host that was checked,
// method changes the request, and the rest has no use in a transfer.
const PARAMETERS = /^(transport=(udp|tcp|tls)|user=phone)$/;

const invalid = (reason: string): TransferUri => ({ status: 'invalid', reason });

type User = { e164: string | null } | { reason: string };

const readUser = (user: string, defaultCountry: string): User => {
  if (user === '') return { reason: 'The SIP URI has nobody before the @.' };
  if (user.includes(':')) return { reason: 'The SIP URI contains a password; leave it out.' };
  const stray = firstOutside(user, /^[A-Za-z0-9+._-]$/);
  if (stray !== null) {
    return {
      reason: `The user of the SIP URI contains ${nameCharacter(stray)}; allowed are letters, digits and + . _ -`,
    };
  }
  if (isEmergencyNumber(user))
    return { reason: 'This is an emergency number; calls are never transferred to it.' };
  const parsed = parsePhoneNumber(user, defaultCountry);
  if (parsed.status === 'ok') return { e164: parsed.number.e164 };
  // A long row of digits that is no number could be a barred one behind an exchange's prefix (9 1900…).
  const digits = user.replace(/\D/g, '');
  if (!/[A-Za-z]/.test(user) && digits.length > EXTENSION_DIGITS) {
    return { reason: `The user of the SIP URI is neither an extension nor a phone number. ${parsed.reason}` };
  }
  return { e164: null };
};

const readSip = (text: string, options: TransferUriOptions): TransferUri => {
  const scheme = /^sips:/i.test(text) ? 'sips' : 'sip';
  const rest = text.slice(scheme.length + 1);
  if (rest.includes('?')) return invalid('The SIP URI carries headers after a ?; leave them out.');
  if (rest.includes('%')) return invalid('The SIP URI contains % escapes; write the characters themselves.');
  const [user, address, ...more] = rest.split('@');
  if (user === undefined || address === undefined)
    return invalid('The SIP URI has no @; write sip:user@host.');
  if (more.length > 0) return invalid('The SIP URI has more than one @.');
  const whom = readUser(user, options.defaultCountry ?? 'AU');
  if ('reason' in whom) return invalid(whom.reason);
  const [hostPort = '', ...parameters] = address.toLowerCase().split(';');
  const host = parseHostPort(hostPort);
  if (host.status === 'invalid') return invalid(host.reason);
  const names = parameters.map((parameter) => parameter.split('=')[0]);
  if (!parameters.every((parameter) => PARAMETERS.test(parameter)) || new Set(names).size !== names.length) {
    return invalid('The SIP URI may only carry ;transport=udp, tcp or tls and ;user=phone, each once.');
  }
  if (options.allowedHosts !== undefined && !isHostAllowed(host, options.allowedHosts)) {
    return invalid('The host of the SIP URI is not one that transfers may go to; see TRANSFER_HOST.');
  }
  const uri = [`${scheme}:${user}@${host.text}`, ...parameters].join(';');
  return { status: 'ok', uri, e164: whom.e164 };
};

const isHostAllowed = (
  host: { host: string; port: number | null; text: string },
  allowed: readonly string[],
): boolean =>
  allowed.some((entry) => {
    const wanted = entry.trim().toLowerCase();
    if (wanted === host.text || wanted === host.host) return true;
    // A trunk is often given as host:port; its name alone means the same carrier.
    return host.port === null && wanted.replace(/:\d+$/, '') === host.host;
  });

/**
 * Turns a transfer target into the URI for Refer-To. Phone numbers in every spelling that
 * `parsePhoneNumber` reads, `tel:` included, become `tel:+61…`. A `sip:` or `sips:` URI is kept after
 * checks: a user of letters, digits and `+ . _ -`, one `@`, a host name or IPv4 address with an optional
 * port, and only harmless parameters. Refused are passwords, `?` headers, `%` escapes, IPv6 addresses,
 * control characters and all other schemes. Never throws.
 */
export const toTransferUri = (input: unknown, options: TransferUriOptions = {}): TransferUri => {
  if (typeof input === 'string') {
    if (input.length > MAX_LENGTH) {
      return invalid(`The transfer target is longer than ${MAX_LENGTH} characters.`);
    }
    const text = input.replace(/^ +| +$/g, '');
    const stray = firstOutside(text, /^[ -~]$/);
    if (stray !== null) {
      return invalid(
        `The transfer target contains ${nameCharacter(stray)}; allowed are printable ASCII characters.`,
      );
    }
    if (/^sips?:/i.test(text)) return readSip(text, options);
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1];
    if (scheme !== undefined && scheme.toLowerCase() !== 'tel') {
      return invalid('The transfer target must be a phone number or a tel:, sip: or sips: URI.');
    }
    if (text.includes('@')) return invalid('A transfer target with an @ must begin with sip: or sips:.');
  }
  const parsed = parsePhoneNumber(input, options.defaultCountry);
  if (parsed.status === 'invalid') return invalid(parsed.reason);
  return { status: 'ok', uri: `tel:${parsed.number.e164}`, e164: parsed.number.e164 };
};

/**
 * The value for Refer-To: a `tel:` URI as it is, or, with form `sip`, as `sip:<dial string>@<host>`; a
 * `sip:` URI always as it is. Takes what `toTransferUri` gave. Throws a TypeError when form `sip` has no
 * usable host, or when a `tel:` URI does not hold E.164.
 */
export const toReferTo = (
  uri: string,
  options: {
    readonly form: 'tel' | 'sip';
    readonly host: string | null;
    readonly format: DialFormat;
    /** For the national format; `AU` when left out. */
    readonly homeCountry?: string;
  },
): string => {
  if (options.form === 'tel' || !uri.startsWith('tel:')) return uri;
  const host = parseHostPort((options.host ?? '').toLowerCase());
  if (host.status === 'invalid') {
    throw new TypeError(`TRANSFER_URI=sip needs TRANSFER_HOST or SIP_TRUNK_HOST. ${host.reason}`);
  }
  const user = toDialString(uri.slice('tel:'.length), options.format, options.homeCountry);
  return `sip:${user}@${host.text}`;
};
