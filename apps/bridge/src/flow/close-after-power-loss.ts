import type { Logger } from '@outdial/runtime';
import { callFacts } from '../domain/call.ts';
import type { CallStore } from '../ports.ts';
import { applyEvent } from './advance.ts';

/**
 * Ends every call whose row may be older than what happened to it, instead of dialling it again: the
 * embedded database writes to the disk without waiting for it, so a power cut can take back what it said.
 */
export const closeAfterPowerLoss = async (deps: {
  readonly calls: CallStore;
  readonly log: Logger;
}): Promise<void> => {
  for (const call of await deps.calls.findOpen()) {
    const advanced = await applyEvent(deps.calls, call.id, { type: 'power_lost' });
    if (advanced?.ended) deps.log.error(callFacts(call), 'call closed as unknown after a power loss');
  }
};
