// Australia's 000, 106 (text) and 112 (mobile); 911 and 999, which networks here may route to 000 as well.
const EMERGENCY: ReadonlySet<string> = new Set(['000', '106', '112', '911', '999']);

// "+61 000" or "0011 61 000": a prefix for other countries must not hide the code.
const INTERNATIONAL = /^(?:\+|0011|011|00)\d{0,3}(?=\d{3}$)/;

/**
 * True when the text reads as an emergency code in any common spelling (`000`, `0-0-0`, `tel:112`,
 * `+61 000`). Never throws; anything that is not text or a number is `false`.
 */
export const isEmergencyNumber = (input: unknown): boolean => {
  if (typeof input !== 'string' && typeof input !== 'number') return false;
  const digits = String(input)
    .trim()
    .replace(/^tel:/i, '')
    .replace(/[\s().-]/g, '');
  return EMERGENCY.has(digits) || EMERGENCY.has(digits.replace(INTERNATIONAL, ''));
};
