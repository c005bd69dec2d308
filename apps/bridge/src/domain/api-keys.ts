import { createHash, timingSafeEqual } from 'node:crypto';

/** What a key may do: place calls, read records, run the house. */
export const SCOPES = ['dispatch', 'read', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** One API key. The secret itself is not kept, only its SHA-256 digest. */
export type ApiKey = { readonly name: string; readonly digest: Buffer; readonly scopes: readonly Scope[] };

export type ParsedKeys =
  | { readonly status: 'ok'; readonly keys: readonly ApiKey[] }
  | { readonly status: 'invalid'; readonly problems: readonly string[] };

const MIN_SECRET_LENGTH = 32;
const DEFAULT_SCOPES: readonly Scope[] = ['dispatch', 'read'];

const digestOf = (secret: string): Buffer => createHash('sha256').update(secret, 'utf8').digest();

const isScope = (text: string): text is Scope => (SCOPES as readonly string[]).includes(text);

const parseOne = (text: string, position: number): ApiKey | string => {
  const [name = '', secret = '', scopeText, ...rest] = text.split(':').map((part) => part.trim());
  // Not by its name: a secret without a name, or before it, would stand in the message.
  const label = `key ${position}`;
  if (!text.includes(':') || !/^[A-Za-z0-9._-]{1,64}$/.test(name)) {
    return `${label} needs a name of letters, digits, ".", "_" or "-" before the first ":"`;
  }
  if (rest.length > 0) return `${label} has too many ":" (name:secret or name:secret:dispatch+read+admin)`;
  if (secret.length < MIN_SECRET_LENGTH) {
    return `${label} has a secret of ${secret.length} characters, ${MIN_SECRET_LENGTH} are the least (try: openssl rand -hex 24)`;
  }
  const scopes = scopeText === undefined ? DEFAULT_SCOPES : scopeText.split('+').filter(isScope);
  if (scopeText !== undefined && scopes.length !== scopeText.split('+').length) {
    return `${label} names a scope that does not exist; the scopes are ${SCOPES.join(', ')}, joined by "+"`;
  }
  return { name, digest: digestOf(secret), scopes };
};

/**
 * Reads `BRIDGE_API_KEYS`: `name:secret[:dispatch+read+admin]`, a comma between keys. Problems name
 * the key, never its secret.
 */
export const parseApiKeys = (text: string): ParsedKeys => {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const parsed = entries.map((entry, index) => parseOne(entry, index + 1));
  const problems = parsed.filter((entry) => typeof entry === 'string');
  const keys = parsed.filter((entry) => typeof entry !== 'string');
  const names = keys.map((key) => key.name);
  const digests = keys.map((key) => key.digest.toString('hex'));
  for (const name of new Set(names.filter((name, index) => names.indexOf(name) !== index))) {
    problems.push(`two keys are called "${name}"; give each its own name`);
  }
  // One secret under two names would make "which key was it" depend on the order of the list.
  if (new Set(digests).size !== digests.length) problems.push('two keys have the same secret');
  if (entries.length === 0) problems.push('it holds no key (name:secret)');
  return problems.length === 0 ? { status: 'ok', keys } : { status: 'invalid', problems };
};

/**
 * The key whose secret this is, or null. Digests have one length and every key is compared, so the
 * time taken tells nothing about which key came near.
 */
export const findApiKey = (keys: readonly ApiKey[], secret: string): ApiKey | null => {
  const digest = digestOf(secret);
  let found: ApiKey | null = null;
  for (const key of keys) {
    if (timingSafeEqual(key.digest, digest)) found = key;
  }
  return found;
};
