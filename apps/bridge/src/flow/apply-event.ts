import { isFinal } from '@outdial/telephony';
import { advanceCall, type CallEvent } from '../domain/advance-call.ts';
import type { Call } from '../domain/call.ts';
import type { CallStore } from '../ports.ts';

/** The call after an event, and whether this event ended it. */
export type Advanced = { readonly call: Call; readonly changed: boolean; readonly ended: boolean };

/** Lets an event happen to a call, in one transaction. `null`: there is no such call. */
export const applyEvent = (calls: CallStore, id: string, event: CallEvent): Promise<Advanced | null> =>
  calls.transaction(async (tx) => {
    const locked = await tx.lockCall(id);
    if (locked === null) return null;
    const change = advanceCall(locked.call, event, locked.now);
    if (Object.keys(change).length === 0) return { call: locked.call, changed: false, ended: false };
    const call = await tx.save(id, change);
    return { call, changed: true, ended: isFinal(call.status) && !isFinal(locked.call.status) };
  });
