import { acceptTraceparent } from '@outdial/telephony';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyRequest {
    /** The trace that the request belongs to (W3C Trace Context): the caller's, or one that begins here. */
    traceparent: string;
  }
}

const plugin = async (app: FastifyInstance): Promise<void> => {
  app.decorateRequest('traceparent', '');
  app.addHook('onRequest', async (request) => {
    request.traceparent = acceptTraceparent(request.headers.traceparent);
  });
};

/** Gives each request its trace; before everything that may log about it. */
export const trace = fp(plugin, { name: 'trace' });
