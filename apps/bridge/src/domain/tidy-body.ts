/** How a field of the dispatch body is read at the door, before the strict schema sees it. */
export type DoorKind = 'text' | 'number' | 'boolean' | 'json' | 'any';

/** A JSON text that tries to reach an object's prototype. */
export class PoisonedJson extends Error {
  constructor() {
    super('a key named __proto__ or constructor.prototype is not accepted');
    this.name = 'PoisonedJson';
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

// The same two keys that Fastify refuses in a body; JSON inside a string passes by its parser.
const refusePoison = (key: string, value: unknown): unknown => {
  const poisoned =
    key === '__proto__' || (key === 'constructor' && isRecord(value) && Object.hasOwn(value, 'prototype'));
  if (poisoned) throw new PoisonedJson();
  return value;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text, refusePoison);
  } catch (error) {
    if (error instanceof PoisonedJson) throw error;
    return text;
  }
};

const readers: Readonly<Record<DoorKind, (value: unknown) => unknown>> = {
  // Copied numbers and names often end in a line break or a no-break space.
  text: (value) =>
    typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : value,
  number: (value) =>
    typeof value === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value,
  boolean: (value) => {
    const word = typeof value === 'string' ? value.trim().toLowerCase() : value;
    if (word === 'true') return true;
    return word === 'false' ? false : value;
  },
  json: (value) => (typeof value === 'string' ? parseJson(value) : value),
  // A plain sentence is a fine value here; only what is plainly an object or a list is read as one.
  any: (value) => (typeof value === 'string' && /^\s*[[{]/.test(value) ? parseJson(value) : value),
};

const isAbsent = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

/**
 * Reads a body the way workflow tools send it: `"5"` for 5, `""` and `null` for nothing, objects as
 * JSON strings. Unknown fields are left as they are for the strict schema to refuse by name.
 *
 * @throws PoisonedJson when JSON inside a string names a prototype.
 */
export const tidyBody = (body: unknown, kinds: Readonly<Record<string, DoorKind>>): unknown => {
  if (!isRecord(body)) return body;
  const tidy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(body)) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) tidy[name] = value;
    else if (!isAbsent(value)) tidy[name] = readers[kind](value);
  }
  return tidy;
};
