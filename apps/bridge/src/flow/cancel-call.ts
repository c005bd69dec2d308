import type { Logger } from '@outdial/runtime';
import { isFinal } from '@outdial/telephony';
import type { Call } from '../domain/call.ts';
import type { CallStore, LiveKit } from '../ports.ts';
import { applyEvent } from './apply-event.ts';
import { eachCall } from './each-call.ts';

export type CancelResult =
  | { readonly status: 'canceling'; readonly call: Call }
  | { readonly status: 'ended'; readonly call: Call }
  | { readonly status: 'not_found' };

/**
 * Stores that the call is to end. From then on no grant is given and every report is answered with
 * `cancel`. A call that no job holds ends at once; a granted one ends when its agent says how.
 */
export const cancelCall = async (deps: { readonly calls: CallStore }, id: string): Promise<CancelResult> => {
  const advanced = await applyEvent(deps.calls, id, { type: 'cancel_requested' });
  if (advanced === null) return { status: 'not_found' };
  if (isFinal(advanced.call.status) && !advanced.changed) return { status: 'ended', call: advanced.call };
  return { status: 'canceling', call: advanced.call };
};

// An agent hears of a cancel with its next sign of life, within 2 s, and hangs up in order.
const AGENT_HANGS_UP_WITHIN_MS = 4_000;

type LegDeps = { readonly calls: CallStore; readonly livekit: LiveKit; readonly log: Logger };

/** Removes the SIP legs of canceled calls whose agent did not hang up, again and again until they are gone. */
export const removeCanceledLegs = async (deps: LegDeps): Promise<void> => {
  const overdue = await deps.calls.findCancelsOverdue(AGENT_HANGS_UP_WITHIN_MS);
  await eachCall(deps.log, overdue, async (call) => {
    if (call.room === null) return;
    const sight = await deps.livekit.lookInto(call.room);
    if (sight === 'unreachable') return;
    for (const identity of sight.sipIdentities) {
      deps.log.warn({ callId: call.id, identity }, 'removing the leg of a canceled call');
      await deps.livekit.removeParticipant(call.room, identity);
    }
  });
};
