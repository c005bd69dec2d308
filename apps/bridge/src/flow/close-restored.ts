import type { CallTransaction } from '../ports.ts';
import { advance } from './advance.ts';

/**
 * Ends calls of a restored backup that could have been dispatched since it was taken; those whose time is still to
 * come stay. Gives how many ended.
 */
export const closeRestored = async (
  tx: CallTransaction,
  openIds: readonly string[],
  takenAt: Date,
): Promise<number> => {
  let closed = 0;
  for (const id of openIds) {
    const locked = await tx.lockCall(id);
    if (locked === null) continue;
    const { ended } = await advance(tx, locked, { type: 'restored', takenAt });
    if (ended) closed += 1;
  }
  return closed;
};
