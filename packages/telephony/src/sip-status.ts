import { END_REASONS, type EndReason } from './end-reason.ts';
import { endReasonForErrorText } from './sip-error-text.ts';
import { quotable } from './text.ts';

/** How a dial failed. `errorText` is LiveKit's, for failures without a SIP status. */
export type DialFailure = {
  readonly sipStatus: number | null;
  readonly sipReason: string | null;
  /** Whether ringing was seen. */
  readonly rang: boolean;
  readonly errorText: string | null;
};

export type DialVerdictContext = { readonly callerId?: string };

// Codes with a meaning of their own; all others fall to the default of their class.
const EXACT: ReadonlyMap<number, EndReason> = new Map([
  [401, 'carrier_auth_failed'],
  [404, 'invalid_number'],
  [407, 'carrier_auth_failed'],
  [408, 'no_answer'],
  [410, 'invalid_number'],
  [415, 'codec_mismatch'],
  [420, 'protocol_mismatch'],
  [421, 'protocol_mismatch'],
  [422, 'protocol_mismatch'],
  [433, 'caller_id_rejected'],
  [436, 'caller_id_rejected'],
  [437, 'caller_id_rejected'],
  [438, 'caller_id_rejected'],
  [480, 'unavailable'],
  [484, 'invalid_number'],
  [486, 'busy'],
  [487, 'no_answer'],
  [488, 'codec_mismatch'],
  [494, 'protocol_mismatch'],
  [600, 'declined'],
  [603, 'declined'],
  [604, 'invalid_number'],
  [606, 'codec_mismatch'],
  [607, 'declined'],
  [608, 'declined'],
]);

// "Forbidden auth ID", "CLI not allowed", "Caller not registered", "Unknown identity".
const NAMES_CALLER_ID = /\bauth[\s_-]?id\b|\bcli[ds]?\b|caller|identity|\bcalling (number|party|line)\b/i;

// "CPS limit exceeded" and "concurrent call limit exceeded" are the phrases livekit-sip knows
// (pkg/sip/errors.go); the others are what exchanges say.
const NAMES_CAP =
  /\bcps\b|calls? per second|concurren|rate.?limit|throttl|too many (calls|channels|requests|sessions)|(call|channel|session|line|trunk|capacity) limit|limit (exceeded|reached)|max(imum)?( number of)? (calls|channels|sessions)/i;

const byClass = (status: number, phrase: string): EndReason => {
  if (status === 403) return NAMES_CALLER_ID.test(phrase) ? 'caller_id_rejected' : 'carrier_refused';
  if (status >= 600) return 'declined'; // an unknown 6xx is a 600 (RFC 3261 section 8.1.3.2)
  if (status >= 500) return NAMES_CAP.test(phrase) ? 'carrier_rate_limited' : 'carrier_error';
  return 'carrier_refused';
};

const describe = (endReason: EndReason, said: string, callerId: string | undefined): string => {
  const base =
    endReason === 'caller_id_rejected' && callerId !== undefined && callerId !== ''
      ? END_REASONS.caller_id_rejected.message.replace(
          'the caller ID of this call',
          () => `the caller ID "${quotable(callerId, 64)}"`,
        )
      : END_REASONS[endReason].message;
  return said === '' ? base : `${base.replace(/\.$/, '')} [${said}].`;
};

const isFinalRefusal = (status: number | null): status is number =>
  status !== null && Number.isInteger(status) && status >= 300 && status <= 699;

/**
 * Why a dial failed, for every final SIP status from 300 to 699 and, without one, from LiveKit's error
 * text and whether it rang. Ringing that ended with no status is `no_answer`, silence is
 * `carrier_no_response`, and a text nobody knows is `outcome_unknown`, because the number may have been
 * dialled. A cancellation of our own must be recognised before this is asked: it looks like 487.
 */
export const endReasonForSip = (
  failure: DialFailure,
  context: DialVerdictContext = {},
): { end_reason: EndReason; message: string } => {
  const status = isFinalRefusal(failure.sipStatus) ? failure.sipStatus : null;
  if (status !== null) {
    const phrase = failure.sipReason ?? '';
    const endReason = EXACT.get(status) ?? byClass(status, phrase);
    const said = `SIP ${status} ${quotable(phrase, 80)}`.trim();
    return { end_reason: endReason, message: describe(endReason, said, context.callerId) };
  }
  const found = endReasonForErrorText(failure.errorText, failure.rang);
  if ('sipStatus' in found) return endReasonForSip({ ...failure, ...found }, context);
  const said = failure.errorText === null ? '' : `LiveKit: ${quotable(failure.errorText)}`;
  return {
    end_reason: found.endReason,
    message: describe(found.endReason, failure.errorText?.trim() ? said : '', context.callerId),
  };
};
