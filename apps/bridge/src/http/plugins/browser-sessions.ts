import cookie from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { HttpError } from '../../errors.ts';
import { newId, type Session, type Sessions } from '../sessions.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The session of the browser that asks, if it has one. */
    session: Session | null;
  }
  interface FastifyInstance {
    sessions: Sessions;
  }
}

const SESSION = 'outdial-session';
// Before the sign-in there is no session that the token of its form could belong to.
const BROWSER = 'outdial-browser';

// The prefix (RFC 6265bis section 4.1.3.2) keeps other hosts of the domain from setting it; it needs https.
const nameOf = (request: FastifyRequest, name: string): string =>
  request.protocol === 'https' ? `__Host-${name}` : name;

const optionsFor = (request: FastifyRequest) =>
  ({
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: request.protocol === 'https',
  }) as const;

const setCookie = (request: FastifyRequest, reply: FastifyReply, name: string, value: string): void => {
  reply.setCookie(nameOf(request, name), value, optionsFor(request));
};

/** Begins the session of this browser. */
export const giveSession = (request: FastifyRequest, reply: FastifyReply, session: Session): void => {
  setCookie(request, reply, SESSION, request.server.sessions.write(session));
};

/** Ends the session of this browser. */
export const takeSession = (request: FastifyRequest, reply: FastifyReply): void => {
  if (request.session !== null) request.server.sessions.end(request.session, Date.now());
  for (const name of [SESSION, BROWSER]) {
    reply.clearCookie(nameOf(request, name), optionsFor(request));
  }
};

const browserOf = (request: FastifyRequest): string | null =>
  request.cookies[nameOf(request, BROWSER)] ?? null;

/** The token for the forms of a page; a browser without a session gets a name for it. */
export const formTokenFor = (request: FastifyRequest, reply: FastifyReply): string => {
  const { sessions } = request.server;
  if (request.session !== null) return sessions.formToken(request.session.id);
  const browser = browserOf(request) ?? newId();
  setCookie(request, reply, BROWSER, browser);
  return sessions.formToken(browser);
};

const plugin = async (app: FastifyInstance, options: { sessions: Sessions }): Promise<void> => {
  await app.register(cookie);
  app.decorate('sessions', options.sessions);
  app.decorateRequest('session', null);

  app.addHook('onRequest', async (request, reply) => {
    const now = Date.now();
    const session = options.sessions.read(request.cookies[nameOf(request, SESSION)], now);
    request.session = session;
    const renewed = session === null ? null : options.sessions.renewed(session, now);
    if (renewed !== null) giveSession(request, reply, renewed);
  });

  app.addHook('preValidation', async (request) => {
    if (request.routeOptions.config.form !== true) return;
    const owner = request.session?.id ?? browserOf(request);
    const token = (request.body as { token?: unknown } | undefined)?.token;
    if (owner !== null && options.sessions.isFormToken(owner, token)) return;
    throw new HttpError('form_expired', 'This form was not made for this browser, or it is too old.');
  });
};

/**
 * Sessions of browsers in a cookie that no script reads and no other site sends, and tokens that show that a form
 * came from a page of ours.
 */
export const browserSessions = fp(plugin, { name: 'browser-sessions', dependencies: ['error-answers'] });
