import type { Call } from '../domain/call.ts';
import type { DialSettings } from '../domain/guard-rails.ts';
import { recheckCall } from '../domain/recheck-call.ts';
import type { CallTransaction } from '../ports.ts';
import { findDoNotCallProblem } from './find-do-not-call.ts';

/** Every check of the door once more, those with history too. Null: the call may be dialled. */
export const recheck = async (
  tx: CallTransaction,
  call: Call,
  settings: DialSettings,
): Promise<string | null> => recheckCall(call, settings) ?? (await findDoNotCallProblem(tx, call, settings));
