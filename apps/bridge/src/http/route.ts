import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '@outdial/runtime';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { DispatchLimits } from '../domain/claim-place.ts';
import type { DialSettings } from '../domain/guard-rails.ts';
import { ERRORS, type ErrorCode, errorBodySchema } from '../errors.ts';
import type { BridgeMetrics } from '../metrics/bridge-metrics.ts';
import type { Backups, CallStore, ChangeFeed, DoNotCallStore, Playbooks, RecordingStore } from '../ports.ts';

/** A Fastify whose routes take zod schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What routes may use. */
export type RouteDeps = {
  readonly calls: CallStore;
  readonly doNotCall: DoNotCallStore;
  readonly backups: Backups;
  readonly recordings: RecordingStore;
  readonly settings: DialSettings;
  readonly limits: DispatchLimits;
  readonly playbooks: Playbooks;
  readonly wake: () => void;
  readonly feed: ChangeFeed;
  /** Aborted when the bridge stops: nobody is kept waiting any longer. */
  readonly ending: AbortSignal;
  readonly metrics: BridgeMetrics;
  readonly log: Logger;
};

/** The id of a call in an address. */
export const callParams = z.object({
  id: z.string().regex(/^call_[\w-]+$/, 'A call id begins with call_; GET /calls lists those there are.'),
});

/** Response schemas for the errors that a route can answer with, for the OpenAPI page. */
export const errorResponses = (...codes: readonly ErrorCode[]): Record<number, typeof errorBodySchema> =>
  Object.fromEntries(codes.map((code) => [ERRORS[code].status, errorBodySchema]));
