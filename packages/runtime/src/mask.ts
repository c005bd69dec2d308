const KEEP_START = 3;
const KEEP_END = 2;

/**
 * Hides the middle of a number, name or URI for logs: `+61402012298` becomes `+61*******98`.
 * Short values are hidden whole; objects and lists are masked value by value.
 */
export const maskPrivate = (value: unknown): unknown => {
  if (value === null || value === undefined || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(maskPrivate);
  if (typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, maskPrivate(inner)]));
  }
  const text = String(value);
  if (text.length <= KEEP_START + KEEP_END + 2) return '*'.repeat(text.length);
  const hidden = text.length - KEEP_START - KEEP_END;
  return text.slice(0, KEEP_START) + '*'.repeat(hidden) + text.slice(-KEEP_END);
};
