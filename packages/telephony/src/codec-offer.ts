/** Carries DTMF (RFC 4733) and must be listed like any codec. */
const DTMF = 'telephone-event';

/** What livekit-sip offers of itself, in its order. */
const DEFAULT_OFFER = ['G722', 'PCMU', 'PCMA', DTMF] as const;

/** The codecs of an INVITE's offer in their order: those of `SIP_CODECS` with DTMF, or LiveKit's own when it is empty. */
export const offeredCodecs = (only: readonly string[]): readonly string[] =>
  only.length === 0 ? DEFAULT_OFFER : [...only.filter((name) => name !== DTMF), DTMF];
