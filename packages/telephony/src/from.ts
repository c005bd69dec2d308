import { type IdentityHeader, identityHeader } from './sip-headers.ts';

/** How a carrier wants to be told who calls. */
export type FromSettings = {
  /** `SIP_IDENTITY_HEADER` */
  readonly identityHeader: 'none' | IdentityHeader;
  /** `SIP_FROM_IDENTITY`: the auth ID, which goes into From where a header carries the number. */
  readonly fromIdentity: string | null;
  /** Host of the identity header: `SIP_FROM_HOST`, else the trunk's. */
  readonly host: string | null;
};

/** The user part of From, and the header that carries the caller ID beside it, if one does. */
export type From = { readonly user: string; readonly headers: Readonly<Record<string, string>> };

/**
 * From of an INVITE for a caller ID. With an identity header From is the auth ID and the header carries the caller
 * number (RFC 3325 section 9.1 for P-Asserted-Identity). Throws a TypeError when that header cannot be written.
 */
export const fromOf = (callerId: string, settings: FromSettings): From =>
  settings.identityHeader === 'none' || settings.fromIdentity === null
    ? { user: callerId, headers: {} }
    : {
        user: settings.fromIdentity,
        headers: {
          [settings.identityHeader]: identityHeader(settings.identityHeader, callerId, settings.host ?? ''),
        },
      };
