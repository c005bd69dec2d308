import { randomBytes } from 'node:crypto';
import { isFinal } from '@outdial/telephony';
import { advanceCall, type CallEvent } from '../domain/advance-call.ts';
import { type Call, newCallId } from '../domain/call.ts';
import type { CallChange } from '../domain/call-change.ts';
import { eventsOf } from '../domain/call-event.ts';
import { awaitsResult, endToldAt } from '../domain/call-keepsake.ts';
import { nextAttempt, type Repetition } from '../domain/next-attempt.ts';
import type { CallStore, CallTransaction, LockedCall } from '../ports.ts';

/** The call after an event, and whether this event ended it. */
export type Advanced = { readonly call: Call; readonly changed: boolean; readonly ended: boolean };

/** Writes down a call that is asked for: the row, who hears of it, and all that it leads to. */
export const placeCall = async (
  tx: CallTransaction,
  asked: Repetition,
  now: Date,
  addRecipients: (callId: string) => Promise<void>,
): Promise<Call> => {
  const call = await tx.insert({ ...asked, id: newCallId(now, randomBytes(10)) });
  await addRecipients(call.id);
  await follow(tx, null, call, now);
  return call;
};

/** A call that repeats another: whoever waits to hear of that one hears of this one. */
export const placeRepetition = (tx: CallTransaction, of: Call, asked: Repetition, now: Date): Promise<Call> =>
  placeCall(tx, asked, now, (id) => tx.copyRecipients(of.id, id));

/** When a call is to be looked at; null: it has no such time, and one that is new is looked at now. */
const nextLook = (call: Call): Date | null =>
  call.status === 'queued' ? call.scheduledFor : call.nextDispatchAt;

/** What a change leads to, in its own transaction: events, callbacks, the next attempt, alarms. */
const follow = async (tx: CallTransaction, before: Call | null, after: Call, now: Date): Promise<void> => {
  const events = eventsOf(before, after);
  const next = events.includes('call.ended') ? nextAttempt(after, now) : null;
  // One callback after the last attempt: who waits for the end waits for that of the next.
  const callbacksFor = next === null ? events : events.filter((event) => event !== 'call.ended');
  const told = await tx.tell(after.id, events, now, callbacksFor, endToldAt(after, now));
  // The end waits for the result; here it is, or it was given up.
  const isOver = before !== null && awaitsResult(before) && !awaitsResult(after);
  const waited = isOver ? await tx.hurryCallbacks(after.id, 'call.ended') : [];
  for (const id of [...told, ...waited]) await tx.setAlarm({ type: 'callback', id }, null);
  if (next !== null) await placeRepetition(tx, after, next, now);
  const look = nextLook(after);
  if (before === null || (look !== null && look.getTime() !== nextLook(before)?.getTime())) {
    await tx.setAlarm({ type: 'call', id: after.id }, look);
  }
};

/** Writes what changes about a locked call, and all that it leads to. */
export const change = async (
  tx: CallTransaction,
  { call: before, now }: LockedCall,
  changes: CallChange,
): Promise<Advanced> => {
  if (Object.keys(changes).length === 0) return { call: before, changed: false, ended: false };
  const call = await tx.save(before.id, changes);
  await follow(tx, before, call, now);
  return { call, changed: true, ended: isFinal(call.status) && !isFinal(before.status) };
};

/** Lets an event happen to a locked call. */
export const advance = (tx: CallTransaction, locked: LockedCall, event: CallEvent): Promise<Advanced> =>
  change(tx, locked, advanceCall(locked.call, event, locked.now));

/** Lets an event happen to a call, in one transaction. `null`: there is no such call. */
export const applyEvent = (calls: CallStore, id: string, event: CallEvent): Promise<Advanced | null> =>
  calls.transaction(async (tx) => {
    const locked = await tx.lockCall(id);
    return locked === null ? null : advance(tx, locked, event);
  });
