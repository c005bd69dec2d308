import { CALL_STATUSES, isFinal } from '@outdial/telephony';
import { Gauge, type Registry } from 'prom-client';
import type { StoreMeasure } from '../ports.ts';

const OPEN_STATES = ['scheduled', ...CALL_STATUSES.filter((status) => !isFinal(status))];

/** What stands in the database at the moment of a scrape: the same on every bridge that shares it. */
export const createStoreMetrics = (registry: Registry) => {
  const registers = [registry];
  const up = new Gauge({
    name: 'outdial_database_up',
    help: 'Whether the database answered this scrape. The other outdial_database_ figures are absent when it did not.',
    registers,
  });
  const calls = new Gauge({
    name: 'outdial_database_calls',
    help: 'Calls that are not over; scheduled: queued, and their time has not come.',
    labelNames: ['state'] as const,
    registers,
  });
  const oldestCall = new Gauge({
    name: 'outdial_database_oldest_call_seconds',
    help: 'For how long the oldest queued call whose time has come has been waiting; 0 without one.',
    registers,
  });
  const callbacks = new Gauge({
    name: 'outdial_database_callbacks',
    help: 'Callbacks that were not delivered: pending, and dead letters.',
    labelNames: ['state'] as const,
    registers,
  });
  const overdue = new Gauge({
    name: 'outdial_database_callback_overdue_seconds',
    help: 'For how long the callback that is due longest has been due; 0 without one.',
    registers,
  });

  return {
    /** `null`: the database did not answer. */
    measured: (measure: StoreMeasure | null) => {
      up.set(measure === null ? 0 : 1);
      if (measure === null) {
        // `reset` would leave a 0 of a gauge without labels, which nobody knows to be true.
        for (const gauge of [oldestCall, overdue]) gauge.remove();
        for (const gauge of [calls, callbacks]) gauge.reset();
        return;
      }
      for (const state of OPEN_STATES) calls.set({ state }, measure.calls[state] ?? 0);
      oldestCall.set(measure.oldestCallSeconds);
      callbacks.set({ state: 'pending' }, measure.callbacksPending);
      callbacks.set({ state: 'dead' }, measure.callbacksDead);
      overdue.set(measure.callbackOverdueSeconds);
    },
  };
};
