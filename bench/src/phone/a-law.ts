/** A-law silence (ITU-T G.711): the code of the smallest positive value. */
export const SILENCE = 0xd5;

const TOGGLED_BITS = 0x55;
const LOUDEST = 32_635;

/** The 16-bit value of one A-law byte (ITU-T G.711, table 1a). */
export const decodeALaw = (byte: number): number => {
  const code = byte ^ TOGGLED_BITS;
  const exponent = (code >> 4) & 7;
  const mantissa = code & 15;
  const value = exponent === 0 ? (mantissa << 4) + 8 : ((mantissa << 4) + 0x108) << (exponent - 1);
  return (code & 0x80) === 0 ? -value : value;
};

/** The A-law byte that is nearest to a 16-bit value from below. */
export const encodeALaw = (sample: number): number => {
  const value = Math.min(Math.abs(sample), LOUDEST);
  const exponent = value < 256 ? 0 : 24 - Math.clz32(value);
  const mantissa = (exponent === 0 ? value >> 4 : value >> (exponent + 3)) & 15;
  const code = (exponent << 4) | mantissa | (sample >= 0 ? 0x80 : 0);
  return code ^ TOGGLED_BITS;
};

const PEAKS = Uint16Array.from({ length: 256 }, (_, byte) => Math.abs(decodeALaw(byte)));

/** The loudest value in a payload, 0 to 32,256. */
export const peakOf = (payload: Uint8Array): number =>
  payload.reduce((peak, byte) => Math.max(peak, PEAKS[byte] ?? 0), 0);
