import { Counter, Histogram, type Registry } from 'prom-client';
import type { Callback } from '../domain/callback.ts';
import { secondsBetween } from './call-metrics.ts';

const DELIVERY_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 3_600, 21_600, 86_400];

const RESULT = { delivered: 'delivered', pending: 'failed', dead: 'dead' } as const;

/** Callbacks, as this process tried them since its start. */
export const createCallbackMetrics = (registry: Registry) => {
  const registers = [registry];
  const attempts = new Counter({
    name: 'outdial_callback_attempts_total',
    help: 'Attempts to deliver callbacks: delivered, failed (it is tried again), dead (given up).',
    labelNames: ['kind', 'result'] as const,
    registers,
  });
  for (const kind of ['resume', 'standing'])
    for (const result of Object.values(RESULT)) attempts.inc({ kind, result }, 0);
  const delivery = new Histogram({
    name: 'outdial_callback_delivery_seconds',
    help: 'From an event to the delivery of its callback; that of an end may wait for the call’s result.',
    labelNames: ['kind'] as const,
    buckets: DELIVERY_SECONDS,
    registers,
  });

  return {
    /** An attempt that was written down. */
    callbackTried: ({ kind, status, createdAt, deliveredAt }: Callback) => {
      attempts.inc({ kind, result: RESULT[status] });
      if (status !== 'delivered' || deliveredAt === null) return;
      delivery.observe({ kind }, secondsBetween(createdAt, deliveredAt));
    },
  };
};
