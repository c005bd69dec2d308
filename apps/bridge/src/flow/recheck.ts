import type { Call } from '../domain/call.ts';
import { type DialSettings, doNotCallProblem } from '../domain/guard-rails.ts';
import { recheckCall } from '../domain/recheck-call.ts';
import { targetsOfCall } from '../domain/transfer-numbers.ts';
import type { CallTransaction } from '../ports.ts';
import { findDoNotCall } from './find-do-not-call.ts';

/** Every check of the door once more, those with history too. Null: the call may be dialled. */
export const recheck = async (
  tx: CallTransaction,
  call: Call,
  settings: DialSettings,
): Promise<string | null> => {
  const problem = recheckCall(call, settings);
  if (problem !== null) return problem;
  const { defaultCountry } = settings.policy;
  return doNotCallProblem(await findDoNotCall(tx, call.destination, targetsOfCall(call), defaultCountry));
};
