import { performance } from 'node:perf_hooks';
import type { Logger } from '@outdial/runtime';
import { type Clock, startClock } from './clock.ts';
import { LEASE_SUSPENSION_MS } from './domain/lease.ts';
import { NO_AGENT_MS } from './domain/redispatch-schedule.ts';
import { removeCanceledLegs } from './flow/cancel-call.ts';
import { clearRooms } from './flow/clear-rooms.ts';
import { closeCallsWithoutAgent, closeLostCalls, expireCalls } from './flow/close-lost-calls.ts';
import { dispatchQueuedCalls, redispatchUngrantedCalls } from './flow/dispatch-call.ts';
import { createPatience } from './patience.ts';
import { type CallStore, type DispatchLimits, type LiveKit, StoreUnavailable } from './ports.ts';

const DISPATCH_EVERY_MS = 250;
const CARE_EVERY_MS = 1_000;

/** What the bridge does without being asked. */
export type Background = {
  /** There may be a call to start: do not wait for the next tick. */
  readonly wake: () => void;
  /** Starts nothing more; resolves when what is under way is done. */
  readonly stop: () => Promise<void>;
};

/**
 * Four clocks: `dispatch` starts calls, `care` ends those that cannot start, `legs` asks LiveKit about
 * those that fell silent or are to end, `rooms` cleans up. They are apart so that a LiveKit that does not
 * answer holds up nothing but itself; `dispatch` and `care` never wait for it.
 */
export const startBackground = (deps: {
  readonly calls: CallStore;
  readonly livekit: LiveKit;
  readonly limits: DispatchLimits;
  readonly log: Logger;
}): Background => {
  const { log } = deps;
  const underWay = new Set<Promise<void>>();
  const track = (work: Promise<void>): void => {
    underWay.add(work);
    // Its own errors are its own business: flows log them and leave the row to the next round.
    work
      .catch((error: unknown) => log.error({ err: error }, 'background work failed'))
      .finally(() => underWay.delete(work));
  };
  const monotonicMs = () => performance.now();
  const leases = createPatience(LEASE_SUSPENSION_MS, monotonicMs);
  const agents = createPatience(NO_AGENT_MS, monotonicMs);

  const dispatching: Clock = startClock({
    name: 'dispatch',
    everyMs: DISPATCH_EVERY_MS,
    log,
    round: async () => {
      await dispatchQueuedCalls({ ...deps, track });
      await redispatchUngrantedCalls({ ...deps, track });
    },
  });
  const wake = dispatching.wake;
  // Only a database that was away keeps agents from being heard; LiveKit's trouble does not.
  const onFailure = (error: unknown): void => {
    if (!(error instanceof StoreUnavailable)) return;
    leases.restart();
    agents.restart();
  };
  const careDeps = { ...deps, wake };
  const everySecond = (name: string, round: () => Promise<void>): Clock =>
    startClock({ name, everyMs: CARE_EVERY_MS, log, onFailure, round });
  const care = everySecond('care', async () => {
    leases.beat();
    agents.beat();
    await expireCalls(careDeps);
    if (agents.isOver()) await closeCallsWithoutAgent(careDeps);
  });
  const legs = everySecond('legs', async () => {
    if (leases.isOver()) await closeLostCalls(careDeps);
    await removeCanceledLegs(deps);
  });
  const rooms = everySecond('rooms', () => clearRooms(deps));

  return {
    wake,
    stop: async () => {
      await Promise.all([dispatching, care, legs, rooms].map((clock) => clock.stop()));
      await Promise.allSettled(underWay);
    },
  };
};
