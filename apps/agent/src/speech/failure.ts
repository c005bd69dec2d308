import type { ModelChoice } from './choice.ts';

/** A provider that is gone for this call. */
export type ProviderFailure = { readonly host: string; readonly reason: string; readonly message: string };

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/\b40[13]\b/, 'check its API key'],
  [/\b402\b/, 'check the credit of the account there'],
  [/\b429\b/, 'the account is at its limit there: raise it, or lower MAX_CONCURRENT_CALLS'],
  [/\b5\d\d\b/, 'the provider is in trouble, see its status page'],
];

/** The Cartesia plugin says no more than the class of an error of the connection. */
const said = (reason: string): string => (/^(\w*Error)?$/.test(reason) ? 'it could not be reached' : reason);

/**
 * One sentence that names what failed (`The voice`), where, and what to look at. `host` as in a URL, with its port if
 * it has one.
 */
export const describeFailure = (what: string, host: string, reason: string): ProviderFailure => {
  const own = ADVICE.find(([pattern]) => pattern.test(reason))?.[1];
  const port = host.includes(':') ? '' : ' on port 443';
  const firewall = `check that the firewall lets this machine out to ${host}${port}`;
  return {
    host,
    reason: said(reason),
    message: `${what} failed at ${host}: ${said(reason)}; ${own === undefined ? firewall : `${own}; also ${firewall}`}.`,
  };
};

const PARTS = [
  ['stt', 'Speech to text'],
  ['llm', 'The language model'],
  ['tts', 'The voice'],
] as const;

/** The same for an error of the session, `stt_error: …`; what names no part is told as it is. */
export const describeSessionFailure = (choice: ModelChoice, text: string): ProviderFailure => {
  const [, part, reason] = /^(stt|llm|tts)_error: (.*)$/s.exec(text) ?? [];
  const found = PARTS.find(([name]) => name === part);
  const host = found === undefined ? null : choice[found[0]].host;
  if (found === undefined || host === null) return { host: host ?? 'unknown', reason: text, message: text };
  return describeFailure(found[1], host, reason ?? '');
};
