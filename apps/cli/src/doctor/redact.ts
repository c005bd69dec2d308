import { type Environment, maskPrivate } from '@outdial/runtime';

/** Shorter values would take harmless words with them; none of ours that is worth something is so short. */
const SHORTEST = 6;
/** Known to everybody as names and examples; taken out, they would make the advice unreadable (`*** trunk apply`). */
const NO_SECRETS = new Set(['outdial', 'devkey', 'secret', 'postgres', 'password', 'livekit']);
const SECRET_NAME = /(SECRET|SECRETS|PASSWORD|KEY|KEYS)$|^DATABASE_URL$/;

/** A telephone number that stands by itself, not a part of an id, a path or an address. */
const NUMBER = /(?<![\w./-])\+?\d{8,15}(?![\w-])/g;

const partsOf = (name: string, value: string): string[] => {
  if (name === 'DATABASE_URL') {
    const url = URL.canParse(value) ? new URL(value) : null;
    return [value, ...(url === null ? [] : [url.password, decodeURIComponent(url.password)])];
  }
  // BRIDGE_API_KEYS is name:secret:scopes, CALLBACK_SIGNING_SECRET a list.
  return [value, ...value.split(',').flatMap((entry) => [entry.trim(), entry.split(':')[1]?.trim() ?? ''])];
};

/**
 * Takes everything secret that the environment holds out of a text, whatever brought it there: what the doctor prints
 * is pasted into tickets. Logins in URLs and queries go, too, and
 * telephone numbers are masked.
 */
export const redactor = (env: Environment): ((text: string) => string) => {
  const secrets = Object.entries(env)
    .filter(([name]) => SECRET_NAME.test(name))
    .flatMap(([name, value]) => partsOf(name, value))
    .filter((secret) => secret.length >= SHORTEST && !NO_SECRETS.has(secret))
    // The longest first: a part of it must not keep the rest from being found.
    .toSorted((a, b) => b.length - a.length);
  return (text) =>
    secrets
      .reduce((cleaned, secret) => cleaned.replaceAll(secret, '***'), text)
      .replace(/(\w+:\/\/)[^\s/@]+@/g, '$1***@')
      .replace(/(\w+:\/\/[^\s?]+)\?[^\s,;)]+/g, '$1?***')
      .replace(NUMBER, (number) => String(maskPrivate(number)));
};
