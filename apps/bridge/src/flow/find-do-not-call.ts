import type { Call } from '../domain/call.ts';
import { type DialSettings, doNotCallProblem } from '../domain/guard-rails.ts';
import { type NamedTarget, phonesOf, targetsOfCall } from '../domain/transfer-numbers.ts';
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

/** Why the do-not-call list forbids a call that was accepted; null when it does not. */
export const findDoNotCallProblem = async (
  tx: CallTransaction,
  call: Call,
  { policy }: DialSettings,
): Promise<string | null> =>
  doNotCallProblem(await findDoNotCall(tx, call.destination, targetsOfCall(call), policy.defaultCountry));
