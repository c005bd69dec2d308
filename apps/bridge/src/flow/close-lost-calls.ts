import type { Logger } from '@outdial/runtime';
import { type CallLeg, LEASE_MS } from '@outdial/telephony';
import type { CallEvent } from '../domain/advance-call.ts';
import { type Call, callFacts } from '../domain/call.ts';
import { sawLeg } from '../domain/call-change.ts';
import { judgeLease, talksOn } from '../domain/lease.ts';
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

const close = async (deps: Deps, call: Call, event: CallEvent): Promise<boolean> => {
  const advanced = await applyEvent(deps.calls, call.id, event);
  if (advanced?.ended !== true) return false;
  const { status, outcome } = advanced.call;
  deps.log.warn({ ...callFacts(call), status, endReason: outcome?.end_reason }, 'call closed by the bridge');
  deps.wake();
  return true;
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

// Beyond everything that a call can last, LiveKit's silence is no reason to keep its place.
const HOPELESS_MARGIN_MS = 60_000;
const isHopeless = (call: Call, overdueMs: number): boolean =>
  overdueMs > (call.ringTimeoutSeconds + call.maxCallSeconds) * 1000 + HOPELESS_MARGIN_MS;

// The agent may have died before it could tell that the target had answered.
const noteTalk = async (deps: Deps, call: Call, legs: readonly CallLeg[]): Promise<void> => {
  if (call.bridgedAt !== null) return;
  await applyEvent(deps.calls, call.id, { type: 'bridged_seen', legs });
  deps.log.warn(callFacts(call), 'callee and target talk on without their agent');
};

/**
 * Asks LiveKit what became of calls whose agents fell silent, and ends those that are lost. A callee and a target
 * who talk with each other are left alone until one of them is gone.
 */
export const closeLostCalls = async (deps: Deps): Promise<void> => {
  const silent = await deps.calls.findLeasesOver(LEASE_MS);
  const overdue = new Map(silent.map(({ call, overdueMs }) => [call.id, overdueMs]));
  await eachCall(
    deps.log,
    silent.map(({ call }) => call),
    async (call) => {
      if (call.room === null) return;
      const overdueMs = overdue.get(call.id) ?? 0;
      const sight = await deps.livekit.lookInto(call.room);
      if (sight !== 'unreachable' && call.bridgedLegs.length > 0 && talksOn(sight, call.bridgedAt !== null)) {
        await noteTalk(deps, call, sight.legs);
        return;
      }
      const hopeless = sight === 'unreachable' && isHopeless(call, overdueMs);
      if (!hopeless && judgeLease(sight, overdueMs, sawLeg(call)) === 'wait') return;
      const legs = sight === 'unreachable' ? [] : sight.legs;
      const closed = await close(deps, call, { type: 'lost', legs, silentSince: call.lastAliveAt });
      // Only now: an agent that spoke meanwhile still has its leg.
      if (closed) await deps.livekit.deleteRoom(call.room);
    },
  );
};
