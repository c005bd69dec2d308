import type { FastifyReply } from 'fastify';
import { StoreUnavailable } from '../../ports.ts';
import { type App, errorResponses, type RouteDeps } from '../route.ts';

/** `GET /metrics`: the figures of this process and of the database, for Prometheus. */
export const metricsRoute = (app: App, deps: RouteDeps): void => {
  app.route({
    method: 'GET',
    url: '/metrics',
    config: { access: 'read' },
    schema: {
      summary: 'Figures in the text format of Prometheus',
      response: errorResponses('unauthorized', 'scope_missing'),
    },
    handler: async (_request, reply) => {
      // A database that is away is what whoever scrapes wants to see, and no reason to show nothing.
      const measure = await deps.calls.measure().catch((error: unknown) => {
        if (error instanceof StoreUnavailable) return null;
        throw error;
      });
      deps.metrics.measured(measure);
      // No schema describes this text.
      return (reply as FastifyReply).type(deps.metrics.contentType).send(await deps.metrics.text());
    },
  });
};
