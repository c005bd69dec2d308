import type { Logger } from '@outdial/runtime';
import { traceFacts } from '@outdial/telephony';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';

const plugin = async (app: FastifyInstance, options: { log: Logger }): Promise<void> => {
  app.addHook('onResponse', async (request, reply) => {
    options.log.debug(
      {
        ...traceFacts(request.traceparent),
        method: request.method,
        // The pattern, not the address: a query may hold a number.
        route: request.routeOptions.url ?? null,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        key: request.apiKey?.name ?? null,
      },
      'request answered',
    );
  });
};

/** One line per request at DEBUG: no bodies, no queries, no headers. */
export const requestLog = fp(plugin, { name: 'request-log', dependencies: ['authorization', 'trace'] });
