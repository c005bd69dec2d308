/** A voice that is gone for this call. */
export type VoiceLost = { readonly host: string; readonly reason: string; readonly message: string };

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/\b40[13]\b/, 'check its API key'],
  [/\b402\b/, 'check the credit of the account there'],
  [/\b429\b/, 'the account is at its limit there: raise it, or lower MAX_CONCURRENT_CALLS'],
  [/\b5\d\d\b/, 'the provider is in trouble, see its status page'],
];

/** The Cartesia plugin says no more than the class of an error of the connection. */
const said = (reason: string): string => (/^(\w*Error)?$/.test(reason) ? 'it could not be reached' : reason);

/** One sentence that names what failed, where, and what to look at. `host` as in a URL, with its port if it has one. */
export const describeFailure = (host: string, reason: string): VoiceLost => {
  const own = ADVICE.find(([pattern]) => pattern.test(reason))?.[1];
  const port = host.includes(':') ? '' : ' on port 443';
  const firewall = `check that the firewall lets this machine out to ${host}${port}`;
  return {
    host,
    reason: said(reason),
    message: `The voice failed at ${host}: ${said(reason)}; ${own === undefined ? firewall : `${own}; also ${firewall}`}.`,
  };
};
