import { type CallCaps, type CallUsage, type CountedCall, hasCaps, NO_USAGE } from '../domain/call-caps.ts';
import type { CallTransaction } from '../ports.ts';

/** What the caps have counted before a call; nothing is counted, and nobody waits, where there are no caps. */
export const countUsage = async (
  tx: CallTransaction,
  call: CountedCall,
  caps: CallCaps,
  at: Date | null,
  phase: 'accept' | 'start',
): Promise<CallUsage> => (hasCaps(caps) ? tx.countCalls(call, caps, at, phase) : NO_USAGE);

/** Whole seconds from now until then, one at least; for `Retry-After`. */
export const secondsUntil = (at: Date | null, now: Date): number | null =>
  at === null ? null : Math.max(1, Math.ceil((at.getTime() - now.getTime()) / 1000));
