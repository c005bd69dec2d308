import { performance } from 'node:perf_hooks';
import type { Logger } from '@outdial/runtime';
import { type Clock, startClock } from './clock.ts';
import { createClockGuard } from './clock-guard.ts';
import { LEASE_SUSPENSION_MS } from './domain/lease.ts';
import { NO_AGENT_MS } from './domain/redispatch-schedule.ts';
import { endLegs } from './flow/cancel-call.ts';
import { clearRooms, sweepLateLegs } from './flow/clear-rooms.ts';
import { closeCallsWithoutAgent, closeLostCalls, expireCalls } from './flow/close-lost-calls.ts';
import { deliverCallbacks, type SendCallback } from './flow/deliver-callback.ts';
import { type DispatchDeps, dispatchQueuedCalls, redispatchUngrantedCalls } from './flow/dispatch-call.ts';
import { deleteExpired } from './flow/purge-calls.ts';
import { giveUpResults } from './flow/take-result.ts';
import { createPatience } from './patience.ts';
import { type Alarm, type RecordingStore, StoreUnavailable } from './ports.ts';

// Alarms start what is due; these rounds find what an alarm missed, or a bridge that died left behind.
const ROUND_MS = 1_000;
const SWEEP_MS = 2_000;
const RETENTION_MS = 10 * 60 * 1000;

/** What the bridge does without being asked. */
export type Background = {
  /** There may be a call to start or a leg to end: do not wait for the next round. */
  readonly wake: () => void;
  /** An alarm rang. */
  readonly onAlarm: (alarm: Alarm) => Promise<void>;
  /** Starts nothing more; resolves when what is under way is done. */
  readonly stop: () => Promise<void>;
};

export type BackgroundDeps = Omit<DispatchDeps, 'track'> & {
  readonly send: SendCallback;
  readonly recordings: RecordingStore;
  readonly retentionDays: number;
  readonly log: Logger;
};

/**
 * Seven clocks: `dispatch` starts calls, `care` ends those that cannot start, `legs` asks LiveKit about
 * those that fell silent or are to end, `rooms` and `sweep` clean up, `retention`
 * deletes what was kept long enough, `callbacks` delivers. They are apart
 * so that a LiveKit that does not answer holds up nothing but itself; `dispatch`, `care` and `callbacks`
 * never wait for it.
 */
export const startBackground = (deps: BackgroundDeps): Background => {
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
  const clockGuard = createClockGuard(monotonicMs);
  let stopped = false;
  let pace: NodeJS.Timeout | undefined;

  const dispatching: Clock = startClock({
    name: 'dispatch',
    everyMs: ROUND_MS,
    log,
    round: async () => {
      // First those that wait already: new ones would take their turn for ever.
      const waitMs =
        (await redispatchUngrantedCalls({ ...deps, track })) ??
        (await dispatchQueuedCalls({ ...deps, track }));
      clearTimeout(pace);
      if (waitMs !== null && !stopped) pace = setTimeout(() => dispatching.wake(), waitMs);
    },
  });
  // Only a database that was away keeps agents from being heard; LiveKit's trouble does not.
  const onFailure = (error: unknown): void => {
    if (!(error instanceof StoreUnavailable)) return;
    leases.restart();
    agents.restart();
  };
  let clockSetAt: Date | null = null;
  const watchDatabaseClock = async (): Promise<void> => {
    const now = await deps.calls.now();
    if (!clockGuard.jumped(now)) return;
    clockSetAt = now;
    log.warn('the database clock was set; leases begin anew');
    leases.restart();
    agents.restart();
    await deps.calls.mendTimes();
  };
  const careDeps = { ...deps, wake: dispatching.wake };
  const clock = (name: string, everyMs: number, round: () => Promise<void>): Clock =>
    startClock({ name, everyMs, log, onFailure, round });
  const care = clock('care', ROUND_MS, async () => {
    leases.beat();
    agents.beat();
    await watchDatabaseClock();
    await expireCalls(careDeps);
    await giveUpResults(deps);
    if (agents.isOver()) await closeCallsWithoutAgent(careDeps);
  });
  const legs = clock('legs', ROUND_MS, async () => {
    // Here too: this round may come between a jump of the clock and the next round of the other.
    await watchDatabaseClock();
    await endLegs(deps, clockSetAt);
    if (leases.isOver()) await closeLostCalls(careDeps);
  });
  const deliveries = { ...deps, random: Math.random, stopping: () => stopped };
  const deliver = (id: string): void => {
    if (!stopped) track(deliverCallbacks(deliveries, id));
  };
  const clocks = [
    dispatching,
    care,
    legs,
    clock('rooms', ROUND_MS, () => clearRooms(deps)),
    clock('sweep', SWEEP_MS, () => sweepLateLegs(deps)),
    clock('retention', RETENTION_MS, async () => {
      await deleteExpired(deps);
      await deps.recordings.removeParts();
    }),
    clock('callbacks', ROUND_MS, async () => {
      for (const { id } of await deps.calls.findDueCallbacks()) deliver(id);
    }),
  ];

  return {
    wake: () => {
      dispatching.wake();
      legs.wake();
    },
    onAlarm: async ({ type, id }) => {
      if (type === 'callback') deliver(id);
      else dispatching.wake();
    },
    stop: async () => {
      stopped = true;
      clearTimeout(pace);
      await Promise.all(clocks.map((one) => one.stop()));
      await Promise.allSettled(underWay);
    },
  };
};
