import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How long the body of a request may take, in ms; 15 s unless a route says otherwise. */
    bodyWithinMs?: number;
  }
}

const BODY_WITHIN_MS = 15_000;

const plugin = async (app: FastifyInstance, options: { giveUp: (socket: Socket) => void }): Promise<void> => {
  app.addHook('onRequest', async (request, reply) => {
    const { raw } = request;
    if (raw.complete) return;
    const timer = setTimeout(() => {
      if (raw.complete || reply.raw.headersSent) return;
      reply.hijack();
      options.giveUp(raw.socket);
    }, request.routeOptions.config.bodyWithinMs ?? BODY_WITHIN_MS);
    timer.unref();
    raw.once('close', () => clearTimeout(timer));
    reply.raw.once('close', () => clearTimeout(timer));
  });
};

/** Gives up requests whose body comes too slowly. Node's own limit is one for all routes. */
export const slowRequest = fp(plugin, { name: 'slow-request' });
