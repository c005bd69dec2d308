import type { Logger } from '@outdial/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { clientOf } from '../../domain/address-range.ts';
import { type ApiKey, findApiKey, type Scope } from '../../domain/api-keys.ts';
import { HttpError } from '../../errors.ts';
import { LoginGuard } from '../login-guard.ts';
import { retryAfter } from '../retry-after.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Who may use a route: anybody, a visitor who may sign in, a signed agent, or a key with this scope. Every
     * route says it.
     */
    access?: 'open' | 'visitor' | 'signed' | Scope;
    /** A form of our own pages: a browser's session counts here, and the form must carry its token. */
    form?: true;
  }
  interface FastifyRequest {
    /** The key that came with the request or stands behind its session, if it is one of ours. */
    apiKey: ApiKey | null;
  }
  interface FastifyInstance {
    /**
     * The key with this secret, or null. Counts what is wrong.
     *
     * @throws HttpError when the client tried too many wrong ones.
     */
    checkKey(request: FastifyRequest, secret: string): ApiKey | null;
  }
}

const secretOf = (request: FastifyRequest): string | null => {
  const bearer = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
  if (bearer !== undefined) return bearer;
  const header = request.headers['x-api-key'];
  return typeof header === 'string' && header !== '' ? header : null;
};

// Reading does no harm and a page of another origin cannot see the answer; what changes things needs a form's token.
const sessionCounts = (request: FastifyRequest): boolean =>
  request.method === 'GET' || request.method === 'HEAD' || request.routeOptions.config.form === true;

type Options = { readonly keys: readonly ApiKey[]; readonly log: Logger };

const plugin = async (app: FastifyInstance, { keys, log }: Options): Promise<void> => {
  const guard = new LoginGuard();
  app.decorateRequest('apiKey', null);

  app.decorate('checkKey', (request: FastifyRequest, secret: string): ApiKey | null => {
    const client = clientOf(request.ip);
    const key = findApiKey(keys, secret);
    const wait = guard.waitSeconds(client, key?.name ?? null);
    if (wait > 0) {
      throw new HttpError(
        'rate_limited',
        `Too many wrong keys came from your address; try again in ${wait} seconds.`,
        { headers: retryAfter(wait) },
      );
    }
    if (key !== null) guard.passed(client, key.name);
    else if (guard.failed(client, secret)) {
      log.warn({ client }, 'too many wrong API keys came from one address; it has to wait');
    }
    return key;
  });

  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined) {
      throw new Error(`Route ${route.url} does not say who may use it (config.access).`);
    }
  });

  // First who it is, so that the rate limit can count by key; whether that is enough comes after it.
  app.addHook('onRequest', async (request) => {
    const access = request.routeOptions.config.access;
    if (access === 'open' || access === 'signed') return;
    const secret = secretOf(request);
    if (secret !== null) request.apiKey = app.checkKey(request, secret);
    else if (sessionCounts(request)) request.apiKey = request.session?.key ?? null;
  });

  app.addHook('preParsing', async (request: FastifyRequest, _reply: FastifyReply) => {
    const access = request.routeOptions.config.access;
    if (request.is404 || access === undefined) return;
    if (access === 'open' || access === 'visitor' || access === 'signed') return;
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

/** API keys: a route that says a scope is closed to requests without a key, or a session, that has it. */
export const authorization = fp(plugin, {
  name: 'authorization',
  dependencies: ['error-answers', 'browser-sessions'],
});

/** The name of the key of a request that passed authorization. */
export const keyName = (request: FastifyRequest): string => {
  if (request.apiKey === null) throw new Error('This route was reached without a key.');
  return request.apiKey.name;
};
