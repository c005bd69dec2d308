import { type NamedTarget, phonesOf } from '../domain/transfer-numbers.ts';
import type { CallTransaction } from '../ports.ts';

/** What the do-not-call list says of a call: of its destination (E.164), and the names of targets that are on it. */
export type DoNotCallHistory = { readonly doNotCall: boolean; readonly doNotCallTargets: readonly string[] };

/** Looks a call's destination and its transfer targets up. `destination` null: it could not be read. */
export const findDoNotCall = async (
  tx: CallTransaction,
  destination: string | null,
  targets: readonly NamedTarget[],
  defaultCountry: string,
): Promise<DoNotCallHistory> => {
  const phones = phonesOf(targets, defaultCountry);
  const numbers = [...(destination === null ? [] : [destination]), ...phones.map(({ phone }) => phone)];
  const listed = new Set(await tx.findListed(numbers));
  return {
    doNotCall: destination !== null && listed.has(destination),
    doNotCallTargets: phones.filter(({ phone }) => listed.has(phone)).map(({ name }) => name),
  };
};
