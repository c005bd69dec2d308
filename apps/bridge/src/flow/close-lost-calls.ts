import type { Logger } from '@outdial/runtime';
import { LEASE_MS } from '@outdial/telephony';
import type { CallEvent } from '../domain/advance-call.ts';
import type { Call } from '../domain/call.ts';
import { judgeLease } from '../domain/lease.ts';
import { NO_AGENT_MS } from '../domain/redispatch-schedule.ts';
import type { CallStore, LiveKit } from '../ports.ts';
import { applyEvent } from './apply-event.ts';

type Deps = {
  readonly calls: CallStore;
  readonly livekit: LiveKit;
  readonly log: Logger;
  /** Tells the dispatcher that a place has become free. */
  readonly wake: () => void;
};

const NOT_REACHED =
  'LiveKit could not be reached to start an agent, so nothing was dialled; check LIVEKIT_URL and that LiveKit is up.';

const close = async (deps: Deps, call: Call, event: CallEvent): Promise<void> => {
  const advanced = await applyEvent(deps.calls, call.id, event);
  if (advanced?.ended !== true) return;
  const { status, outcome } = advanced.call;
  deps.log.warn({ callId: call.id, status, endReason: outcome?.end_reason }, 'call closed by the bridge');
  deps.wake();
};

/** Ends calls that could not start before their `not_after`. */
export const expireCalls = async (deps: Deps): Promise<void> => {
  for (const call of await deps.calls.findExpired()) await close(deps, call, { type: 'not_after_passed' });
};

/** Ends calls that no agent took while no call at all was taken. */
export const closeCallsWithoutAgent = async (deps: Deps): Promise<void> => {
  for (const call of await deps.calls.findWithoutAgent(NO_AGENT_MS)) {
    const message = call.dispatchId === null ? NOT_REACHED : null;
    await close(deps, call, { type: 'no_agent', message });
  }
};

/** Asks LiveKit what became of calls whose agents fell silent, and ends those that are lost. */
export const closeLostCalls = async (deps: Deps): Promise<void> => {
  for (const { call, overdueMs } of await deps.calls.findLeasesOver(LEASE_MS)) {
    if (call.room === null) continue;
    const sight = await deps.livekit.lookInto(call.room);
    // Each question to a LiveKit that is away takes seconds, and the answer would be the same.
    if (sight === 'unreachable') return;
    if (judgeLease(sight, overdueMs) === 'wait') continue;
    for (const identity of sight.sipIdentities) await deps.livekit.removeParticipant(call.room, identity);
    const sipLegSeen = sight.sipIdentities.length > 0;
    await close(deps, call, { type: 'lost', sipLegSeen, silentSince: call.lastAliveAt });
  }
};
