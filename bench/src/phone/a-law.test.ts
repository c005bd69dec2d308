import { describe, expect, test } from 'vitest';
import { decodeALaw, encodeALaw, peakOf, SILENCE } from './a-law.ts';

describe('A-law', () => {
  test('silence is the smallest value, and the ends of the range are those of G.711', () => {
    expect(decodeALaw(SILENCE)).toBe(8);
    expect(decodeALaw(0xaa)).toBe(32_256);
    expect(decodeALaw(0x2a)).toBe(-32_256);
  });

  test('every byte comes back through its value', () => {
    for (let byte = 0; byte < 256; byte += 1) expect(encodeALaw(decodeALaw(byte))).toBe(byte);
  });

  test('a value comes back within a sixteenth of itself', () => {
    for (let sample = -32_000; sample <= 32_000; sample += 37) {
      const error = Math.abs(decodeALaw(encodeALaw(sample)) - sample);
      expect(error).toBeLessThanOrEqual(Math.max(8, Math.abs(sample) / 16));
    }
  });

  test('the peak of a payload is its loudest value, of either sign', () => {
    expect(peakOf(Uint8Array.of(SILENCE, encodeALaw(-5000), encodeALaw(900)))).toBe(
      -decodeALaw(encodeALaw(-5000)),
    );
    expect(peakOf(new Uint8Array(160).fill(SILENCE))).toBe(8);
  });
});
