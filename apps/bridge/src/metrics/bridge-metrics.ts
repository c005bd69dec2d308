import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { ERRORS, type ErrorCode } from '../errors.ts';
import { createAgentMetrics } from './agent-metrics.ts';
import { createCallMetrics } from './call-metrics.ts';
import { createCallbackMetrics } from './callback-metrics.ts';
import { createStoreMetrics } from './store-metrics.ts';

/**
 * The figures of this process, for Prometheus. No label holds anything of a call or a caller: each comes from a list
 * that stands in the code, or is a SIP status.
 */
export type BridgeMetrics = ReturnType<typeof createBridgeMetrics>;

/** One figure; of its labels prom-client's own types say nothing. */
export type Figure = {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly labelNames: readonly string[];
};

/** Figures of a process that has just started. */
export const createBridgeMetrics = (version: string) => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'outdial_build_info',
    help: 'The version that runs; always 1.',
    labelNames: ['version', 'node_version'] as const,
    registers: [registry],
  }).set({ version, node_version: process.version }, 1);
  const errors = new Counter({
    name: 'outdial_http_errors_total',
    help: 'Requests that were answered with an error, by its HTTP status and code; guard rails have a code each.',
    labelNames: ['status', 'code'] as const,
    registers: [registry],
  });
  for (const [code, { status }] of Object.entries(ERRORS)) errors.inc({ status: String(status), code }, 0);

  return {
    ...createCallMetrics(registry),
    ...createCallbackMetrics(registry),
    ...createAgentMetrics(registry),
    ...createStoreMetrics(registry),
    errorAnswered: (code: ErrorCode) => errors.inc({ status: String(ERRORS[code].status), code }),
    /** All of it in the text format, and that format's content type. */
    text: () => registry.metrics(),
    contentType: registry.contentType,
    /** Every figure by name, with its type, help and labels. */
    describe: () => registry.getMetricsAsArray() as unknown as readonly Figure[],
  };
};
