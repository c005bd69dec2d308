import { createHash } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const COMPACT_MASK = 0x1e;
const FIVE_BITS = 0x1f;

// A base62 of variable width, read from the end of the bytes: six bits at a time, and where those six
// would have no letter (their bits 1 to 4 are all set) only five are taken, unless they are the last.
const base62 = (bytes: Uint8Array): string => {
  const read6Bits = (position: number): number => {
    const used = position % 8 === 0 ? 8 : position % 8;
    const index = Math.ceil(position / 8) - 1;
    const low = (bytes[index] ?? 0) >> (8 - used);
    const high = used < 6 && index > 0 ? (bytes[index - 1] ?? 0) << used : 0;
    return (low | high) & 0x3f;
  };
  let text = '';
  let position = bytes.length * 8;
  while (position > 0) {
    let value = read6Bits(position);
    let width = 6;
    if ((value & COMPACT_MASK) === COMPACT_MASK) {
      if (position > 6 || value > FIVE_BITS) width = 5;
      value &= FIVE_BITS;
    }
    text += ALPHABET.charAt(value);
    position -= width;
  }
  return text;
};

/**
 * The SIP Call-ID that a call has on the wire, from LiveKit's own call id (`sip.callID`, `SCL_…`).
 * LiveKit derives it in `newOutbound` (livekit-sip `pkg/sip/outbound.go`) as base62 of the SHA-1
 * (protocol `utils/guid/id.go`, `HashedID`), so it is known before and without an answer.
 */
export const wireCallId = (livekitCallId: string): string =>
  base62(createHash('sha1').update(livekitCallId, 'utf8').digest());
