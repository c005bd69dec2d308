import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';

const plugin = async (app: FastifyInstance): Promise<void> => {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    frameguard: { action: 'deny' },
    // The bridge itself speaks plain HTTP; a proxy with TLS in front says this for itself.
    strictTransportSecurity: false,
  });
  // Records name people: no answer is kept by a cache that was not told otherwise.
  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
};

/** Headers that tell browsers to be careful with every answer. */
export const securityHeaders = fp(plugin, { name: 'security-headers' });
