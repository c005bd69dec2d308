/** How deep objects and lists may lie in each other. */
export const DEEPEST = 32;

/** What Postgres cannot keep, and where it is. */
export type Unstorable = { readonly path: readonly string[]; readonly detail: string };

const textProblem = (text: string): string | null => {
  if (text.includes('\0')) return 'It holds the character U+0000, which cannot be stored.';
  return text.isWellFormed() ? null : 'It holds half of a character (an unpaired surrogate).';
};

/**
 * Finds what a database of text and JSON refuses: U+0000 and unpaired surrogates in texts and names, and
 * nesting beyond `DEEPEST`. `null` when all of it can be stored. It never goes deeper than that itself.
 */
export const findUnstorable = (value: unknown, path: readonly string[] = []): Unstorable | null => {
  if (typeof value === 'string') {
    const detail = textProblem(value);
    return detail === null ? null : { path, detail };
  }
  if (typeof value !== 'object' || value === null) return null;
  // One level is the body itself, one the field that holds the value.
  if (path.length > DEEPEST) {
    return { path: path.slice(0, 1), detail: `It is nested more than ${DEEPEST} levels deep.` };
  }
  for (const [key, inner] of Object.entries(value)) {
    const name = textProblem(key);
    if (name !== null) return { path, detail: name.replace(/^It/, 'A name in it') };
    const found = findUnstorable(inner, [...path, key]);
    if (found !== null) return found;
  }
  return null;
};
