import { type DialFormat, toDialString } from './dial-string.ts';
import { toTransferUri } from './sip-uri.ts';

/**
 * A transfer target as a call over the trunk reaches it. `dialString`: the user part of the request-URI.
 * `e164`: the number behind it, for the dial policy, `null` for an extension. `key` is the same for every
 * spelling of one phone.
 */
export type BridgedTarget =
  | {
      readonly status: 'ok';
      readonly dialString: string;
      readonly e164: string | null;
      readonly key: string;
    }
  | { readonly status: 'invalid'; readonly reason: string };

const SIP_URI = /^sips?:([^@]+)@([^;]+)/i;

/** The same for every spelling of one phone: its number, else the user part, which is all that the trunk is told. */
export const phoneKey = (target: { readonly uri: string; readonly e164: string | null }): string =>
  target.e164 ?? (SIP_URI.exec(target.uri)?.[1] ?? target.uri).toLowerCase();

const hostOf = (text: string): string => text.trim().toLowerCase().replace(/:\d+$/, '');

/**
 * Reads a transfer URI as a second call of ours. LiveKit dials over the trunk only and takes no host with
 * the call (livekit-server refuses an `@` in SipCallTo), so a name or an extension works where its host is
 * the trunk's; a number works whatever host its URI names. Never throws.
 */
export const bridgedTarget = (
  uri: string,
  options: {
    readonly format: DialFormat;
    /** Country in which a national number is read, and the home of the national dial format. */
    readonly country: string;
    /** `SIP_TRUNK_HOST`; `null` when only LiveKit knows the trunk's host. */
    readonly trunkHost: string | null;
  },
): BridgedTarget => {
  const target = toTransferUri(uri, { defaultCountry: options.country });
  if (target.status === 'invalid') return target;
  if (target.e164 !== null) {
    const dialString = toDialString(target.e164, options.format, options.country);
    return { status: 'ok', dialString, e164: target.e164, key: phoneKey(target) };
  }
  const [, user = '', host = ''] = SIP_URI.exec(target.uri) ?? [];
  if (options.trunkHost === null || hostOf(host) !== hostOf(options.trunkHost)) {
    return {
      status: 'invalid',
      reason: 'A call of our own reaches only numbers, and names at SIP_TRUNK_HOST; this target needs REFER.',
    };
  }
  return { status: 'ok', dialString: user, e164: null, key: phoneKey(target) };
};
