/** How a variable may be called. */
export const VARIABLE_NAME = /^[a-z][a-z0-9_]{0,39}$/;

const PLACEHOLDER = /\{\{[ \t]*([a-z][a-z0-9_]{0,39})[ \t]*\}\}/g;
const BRACES = /\{\{|\}\}/;

/** A `{{variable}}` in a text, and where. */
export type Placeholder = { readonly name: string; readonly index: number };

/** Every `{{variable}}` of a text, in order. */
export const placeholdersIn = (text: string): readonly Placeholder[] =>
  [...text.matchAll(PLACEHOLDER)].map((match) => ({ name: match[1] ?? '', index: match.index }));

/** Where a text has `{{` or `}}` that belong to no variable; `null` when nowhere. */
export const strayBraces = (text: string): number | null => {
  // Of the same length, so that the place that is found is one of the text.
  const rest = text.replace(PLACEHOLDER, (whole) => '_'.repeat(whole.length));
  const index = rest.search(BRACES);
  return index === -1 ? null : index;
};

/** True for a text with an expression of n8n in it: its field was not set to "Expression". */
export const holdsExpression = (text: string): boolean => /\{\{\s*\$/.test(text);

/** Puts values in. Each place is filled once: what a value says is never read as a place itself. */
export const fillPlaceholders = (text: string, valueFor: (name: string) => string): string =>
  text.replace(PLACEHOLDER, (_whole, name: string) => valueFor(name));
