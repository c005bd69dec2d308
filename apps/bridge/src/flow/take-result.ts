import type { Logger } from '@outdial/runtime';
import type { CallResult } from '@outdial/telephony';
import { advanceCall } from '../domain/advance-call.ts';
import { callFacts } from '../domain/call.ts';
import type { CallStore } from '../ports.ts';
import { applyEvent, change } from './advance.ts';
import { eachCall } from './each-call.ts';

const BATCH = 50;

/** `not_granted`: whoever sent it never held this call. */
export type TakenResult = 'taken' | 'not_found' | 'not_granted';

/** Takes the words of a call and what they come to; a repetition changes nothing. */
export const takeResult = (
  deps: { readonly calls: CallStore },
  id: string,
  result: CallResult,
): Promise<TakenResult> =>
  deps.calls.transaction(async (tx) => {
    const locked = await tx.lockCall(id);
    if (locked === null) return 'not_found';
    if (locked.call.grantToken !== result.token) return 'not_granted';
    const changes = advanceCall(locked.call, { type: 'result', result }, locked.now);
    if (Object.keys(changes).length === 0) return 'taken';
    await tx.saveTranscript(id, result.transcript);
    await change(tx, locked, changes);
    return 'taken';
  });

/** Gives up results that did not come in time, so that nobody waits for them any longer. */
export const giveUpResults = async (deps: {
  readonly calls: CallStore;
  readonly log: Logger;
}): Promise<void> => {
  await eachCall(deps.log, await deps.calls.findResultsOverdue(BATCH), async (call) => {
    const advanced = await applyEvent(deps.calls, call.id, { type: 'result_overdue' });
    if (advanced?.changed === true)
      deps.log.warn(callFacts(call), 'the result of a call did not come in time');
  });
};
