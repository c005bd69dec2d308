import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { type ApiKey, findApiKey, type Scope } from '../../domain/api-keys.ts';
import { HttpError } from '../../errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may use a route: anybody, a signed agent, or a key with this scope. Every route says it. */
    access?: 'open' | 'signed' | Scope;
  }
  interface FastifyRequest {
    /** The key that came with the request, if it is one of ours. */
    apiKey: ApiKey | null;
  }
}

const secretOf = (request: FastifyRequest): string | null => {
  const bearer = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
  if (bearer !== undefined) return bearer;
  const header = request.headers['x-api-key'];
  return typeof header === 'string' && header !== '' ? header : null;
};

const plugin = async (app: FastifyInstance, options: { keys: readonly ApiKey[] }): Promise<void> => {
  app.decorateRequest('apiKey', null);

  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined) {
      throw new Error(`Route ${route.url} does not say who may use it (config.access).`);
    }
  });

  // First who it is, so that the rate limit can count by key; whether that is enough comes after it.
  app.addHook('onRequest', async (request) => {
    const secret = secretOf(request);
    request.apiKey = secret === null ? null : findApiKey(options.keys, secret);
  });

  app.addHook('preParsing', async (request) => {
    const access = request.routeOptions.config.access;
    if (request.is404 || access === 'open' || access === 'signed' || access === undefined) return;
    if (request.apiKey === null) {
      throw new HttpError(
        'unauthorized',
        'Send Authorization: Bearer <secret> or X-API-Key: <secret> with a key of BRIDGE_API_KEYS.',
        {
          headers: { 'www-authenticate': 'Bearer' },
        },
      );
    }
    if (!request.apiKey.scopes.includes(access)) {
      throw new HttpError(
        'scope_missing',
        `This key lacks the scope ${access}; add it in BRIDGE_API_KEYS or use another key.`,
      );
    }
  });
};

/** API keys: a route that says a scope is closed to requests without a key that has it. */
export const authorization = fp(plugin, { name: 'authorization', dependencies: ['error-answers'] });

/** The name of the key of a request that passed authorization. */
export const keyName = (request: FastifyRequest): string => {
  if (request.apiKey === null) throw new Error('This route was reached without a key.');
  return request.apiKey.name;
};
