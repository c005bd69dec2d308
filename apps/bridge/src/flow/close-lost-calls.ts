import type { Logger } from '@outdial/runtime';
import { LEASE_MS } from '@outdial/telephony';
import type { CallEvent } from '../domain/advance-call.ts';
import type { Call } from '../domain/call.ts';
import { sawLeg } from '../domain/call-change.ts';
import { judgeLease } from '../domain/lease.ts';
import { NO_AGENT_MS } from '../domain/redispatch-schedule.ts';
import type { CallStore, LiveKit } from '../ports.ts';
import { applyEvent } from './advance.ts';
import { eachCall } from './each-call.ts';

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
  await eachCall(deps.log, await deps.calls.findExpired(), (call) =>
    close(deps, call, { type: 'not_after_passed' }),
  );
};

/** Ends calls that no agent took while no call at all was taken. */
export const closeCallsWithoutAgent = async (deps: Deps): Promise<void> => {
  await eachCall(deps.log, await deps.calls.findWithoutAgent(NO_AGENT_MS), (call) =>
    close(deps, call, { type: 'no_agent', message: call.dispatchId === null ? NOT_REACHED : null }),
  );
};

/** Asks LiveKit what became of calls whose agents fell silent, and ends those that are lost. */
export const closeLostCalls = async (deps: Deps): Promise<void> => {
  const silent = await deps.calls.findLeasesOver(LEASE_MS);
  const overdue = new Map(silent.map(({ call, overdueMs }) => [call.id, overdueMs]));
  await eachCall(
    deps.log,
    silent.map(({ call }) => call),
    async (call) => {
      if (call.room === null) return;
      const sight = await deps.livekit.lookInto(call.room);
      const verdict = judgeLease(sight, overdue.get(call.id) ?? 0, sawLeg(call));
      if (sight === 'unreachable' || verdict === 'wait') return;
      if (sight.legs.length > 0) await deps.livekit.deleteRoom(call.room);
      await close(deps, call, { type: 'lost', legs: sight.legs, silentSince: call.lastAliveAt });
    },
  );
};
