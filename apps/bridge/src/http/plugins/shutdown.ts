import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { HttpError } from '../../errors.ts';
import { retryAfter } from '../retry-after.ts';

/** What the whole process knows about its end. */
export type Lifecycle = { closing: boolean };

const plugin = async (app: FastifyInstance, options: { lifecycle: Lifecycle }): Promise<void> => {
  app.addHook('onRequest', async (request) => {
    // Agents may finish what they have to say, and health checks are to see the end coming.
    const access = request.routeOptions.config.access;
    if (!options.lifecycle.closing || access === 'open' || access === 'signed') return;
    throw new HttpError('shutting_down', 'The bridge is shutting down; try again in a moment.', {
      headers: { ...retryAfter(5), connection: 'close' },
    });
  });
};

/** Turns new work away once the bridge is on its way out. */
export const shutdown = fp(plugin, { name: 'shutdown', dependencies: ['error-answers'] });
