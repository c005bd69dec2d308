import type { EndReason } from './end-reason.ts';

/** What an error text says: an end reason, or a SIP status that was only in the text. */
export type ErrorTextMeaning = { endReason: EndReason } | { sipStatus: number; sipReason: string };

type Rule = { readonly pattern: RegExp; readonly meaning: EndReason | 'by_ringing' };

// The order decides where one text would match twice. Sources: livekit-sip pkg/sip/protocol.go (auth,
// timeout), pkg/sip/errors.go (transaction), pkg/sip/client.go (URIs), media-sdk sdp/offer.go (codecs);
// psrpc errors.go; livekit-server pkg/service (auth.go, errors.go); protocol livekit/sip.go (validation).
const RULES: readonly Rule[] = [
  {
    pattern: /auth retry attempts|required auth|no auth header|invalid challenge|digest/i,
    meaning: 'carrier_auth_failed',
  },
  {
    pattern: /audio codec not found|no common (audio|codec|media|encryption)|no audio in sdp/i,
    meaning: 'codec_mismatch',
  },
  // The ring time is over, or the transaction ended without a final answer (Timer B after 32 s).
  { pattern: /sip request timed out|transaction failed to complete/i, meaning: 'by_ringing' },
  {
    pattern:
      /no such host|lookup \S+|server misbehaving|fail to resolve target|missing port in address|unknown port|\bdns\b/i,
    meaning: 'trunk_misconfigured',
  },
  // Go's words for a carrier's address that takes no connection.
  { pattern: /connect: connection refused|i\/o timeout|no route to host/i, meaning: 'carrier_no_response' },
  // The SIP service was stopped after the INVITE may have gone out.
  { pattern: /service shutting down/i, meaning: 'outcome_unknown' },
  // Nothing was sent: no SIP service took the request, or LiveKit itself could not be reached (Node's words).
  {
    pattern: /no response from servers|cpu exhausted|sip not connected|ECONNREFUSED|ENOTFOUND|EAI_AGAIN/i,
    meaning: 'sip_unavailable',
  },
  {
    pattern:
      /invalid api key|invalid authorization|invalid token|token (is )?expired|permissions? denied|unauthenticated/i,
    meaning: 'livekit_rejected',
  },
  {
    pattern:
      /sip trunk does not exist|missing sip trunk|no trunk numbers|no outbound (address|hostname)|missing trunk/i,
    meaning: 'trunk_misconfigured',
  },
  {
    pattern:
      /invalid (request URI|From header|To header)|address must be|invalid port in hostname|should (be a hostname|not contain transport)|must not contain parameters|transport \S+ is not supported|larger than MTU|network is unreachable|x509|certificate|tls: /i,
    meaning: 'trunk_misconfigured',
  },
];

/**
 * Reads the text of a failure that carries no SIP status. No text at all means that the ring time ran
 * out. Never throws.
 */
export const endReasonForErrorText = (text: string | null, rang: boolean): ErrorTextMeaning => {
  const byRinging: ErrorTextMeaning = { endReason: rang ? 'no_answer' : 'carrier_no_response' };
  if (text === null || text.trim() === '') return byRinging;
  // livekit-sip: "INVITE failed: sip status: 486: Busy Here"; the SDK: "SIP call failed: 486 Busy Here (…)".
  const status = /(?:sip status:?|sip call failed:) ([3-6]\d\d)\b:? ?(.*)/is.exec(text);
  if (status !== null) return { sipStatus: Number(status[1]), sipReason: (status[2] ?? '').trim() };
  const rule = RULES.find(({ pattern }) => pattern.test(text));
  if (rule === undefined) return { endReason: 'outcome_unknown' };
  return rule.meaning === 'by_ringing' ? byRinging : { endReason: rule.meaning };
};
