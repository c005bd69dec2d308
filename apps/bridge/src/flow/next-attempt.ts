import { isFinal } from '@outdial/telephony';
import type { Call } from '../domain/call.ts';
import type { CallTransaction } from '../ports.ts';

/** The attempt that was made after this one; null when this is the last so far. */
export const findNextAttempt = async (tx: CallTransaction, call: Call): Promise<Call | null> => {
  const first = call.attempt > 1 && call.retryOf !== null ? call.retryOf : call.id;
  const attempts = await tx.findRepetitions(first);
  return attempts.find(({ attempt }) => attempt === call.attempt + 1) ?? null;
};

/** The attempt of this call's row that still stands; null when all are over. */
export const findLiveAttempt = async (tx: CallTransaction, call: Call): Promise<Call | null> => {
  const next = await findNextAttempt(tx, call);
  if (next === null) return null;
  return isFinal(next.status) ? findLiveAttempt(tx, next) : next;
};
