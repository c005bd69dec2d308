import { readFileSync } from 'node:fs';
import formbody from '@fastify/formbody';
import { CALL_STATUSES, type CallStatus, isFinal } from '@outdial/telephony';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ERRORS, HttpError } from '../../errors.ts';
import { callsPage } from '../pages/calls-page.ts';
import { errorPage } from '../pages/error-page.ts';
import { STYLE_URL } from '../pages/layout.ts';
import { signInPage } from '../pages/sign-in-page.ts';
import { keyName } from '../plugins/authorization.ts';
import { formTokenFor, giveSession, takeSession } from '../plugins/browser-sessions.ts';
import { asHttpError } from '../plugins/error-answers.ts';
import type { RouteDeps } from '../route.ts';
import { LONGEST_REASON, pauseFor, resumeFor } from './kill-switch.ts';

const SHOWN = 20;
// Nothing but our own style and forms: no script, no frame, no picture of others.
const CONTENT_SECURITY_POLICY =
  "default-src 'none';style-src 'self';img-src data:;form-action 'self';base-uri 'none';frame-ancestors 'none'";

const STYLE = readFileSync(new URL('../pages/outdial.css', import.meta.url), 'utf8');

const WAITING: readonly CallStatus[] = ['queued', 'dispatched'];
const LIVE = CALL_STATUSES.filter((status) => !isFinal(status) && !WAITING.includes(status));
const ENDED = CALL_STATUSES.filter(isFinal);

const sendPage = (reply: FastifyReply, page: string): FastifyReply =>
  reply
    .header('content-security-policy', CONTENT_SECURITY_POLICY)
    .type('text/html; charset=utf-8')
    // Past the schema's serializer, which writes JSON.
    .serializer((text: unknown) => String(text))
    .send(page);

const wantsPage = (request: FastifyRequest): boolean =>
  (request.headers.accept ?? '').toLowerCase().includes('text/html');

// See Other: the browser asks with GET.
const goTo = (reply: FastifyReply, path: '/' | '/sign-in'): FastifyReply => reply.redirect(path, 303);

// These routes are the ones that take no JSON.
const answerTo = (error: Error): HttpError => {
  const answer = asHttpError(error);
  return answer.code === 'unsupported_media_type'
    ? new HttpError(answer.code, 'Send the form of GET /sign-in, application/x-www-form-urlencoded.')
    : answer;
};

const formSchema = z.strictObject({ token: z.string().max(64) });
const pauseSchema = formSchema.extend({ reason: z.string().trim().max(LONGEST_REASON).default('') });
const signInSchema = formSchema.extend({ key: z.string().max(512) });

/** The pages for people: the sign-in, and the calls as they stand. They need no script. */
export const pages = async (app: FastifyInstance, deps: RouteDeps): Promise<void> => {
  app.removeAllContentTypeParsers();
  await app.register(formbody);
  const pageApp = app.withTypeProvider<ZodTypeProvider>();
  const hidden = { hide: true } as const;

  app.setErrorHandler<Error>((error, request, reply) => {
    const answer = answerTo(error);
    // With all that it holds, for the log.
    if (ERRORS[answer.code].status >= 500) throw error;
    if (!wantsPage(request)) throw answer;
    if (answer.code === 'unauthorized') return goTo(reply, '/sign-in');
    deps.metrics.errorAnswered(answer.code);
    const { status, title } = ERRORS[answer.code];
    return sendPage(reply.code(status).headers(answer.headers), errorPage(title, answer.message));
  });

  pageApp.route({
    method: 'GET',
    url: STYLE_URL,
    config: { access: 'visitor' },
    schema: hidden,
    handler: async (_request, reply) =>
      reply.header('cache-control', 'public, max-age=3600').type('text/css; charset=utf-8').send(STYLE),
  });

  pageApp.route({
    method: 'GET',
    url: '/sign-in',
    config: { access: 'visitor' },
    schema: hidden,
    handler: async (request, reply) => sendPage(reply, signInPage(formTokenFor(request, reply))),
  });

  pageApp.route({
    method: 'POST',
    url: '/sign-in',
    config: { access: 'visitor', form: true },
    schema: { ...hidden, body: signInSchema },
    handler: async (request, reply) => {
      const key = app.checkKey(request, request.body.key.trim());
      if (key === null) {
        deps.metrics.errorAnswered('unauthorized');
        const problem = 'This is none of the keys in BRIDGE_API_KEYS.';
        return sendPage(reply.code(401), signInPage(formTokenFor(request, reply), problem));
      }
      takeSession(request, reply);
      giveSession(request, reply, app.sessions.start(key, Date.now()));
      deps.log.info({ key: key.name }, 'signed in');
      return goTo(reply, '/');
    },
  });

  pageApp.route({
    method: 'POST',
    url: '/sign-out',
    config: { access: 'visitor', form: true },
    schema: { ...hidden, body: formSchema },
    handler: async (request, reply) => {
      takeSession(request, reply);
      return goTo(reply, '/sign-in');
    },
  });

  pageApp.route({
    method: 'POST',
    url: '/pages/pause',
    config: { access: 'admin', form: true },
    schema: { ...hidden, body: pauseSchema },
    handler: async (request, reply) => {
      await pauseFor(deps, request, { reason: request.body.reason || null, hangUp: false });
      return goTo(reply, '/');
    },
  });

  pageApp.route({
    method: 'POST',
    url: '/pages/resume',
    config: { access: 'admin', form: true },
    schema: { ...hidden, body: formSchema },
    handler: async (request, reply) => {
      await resumeFor(deps, request);
      return goTo(reply, '/');
    },
  });

  pageApp.route({
    method: 'GET',
    url: '/',
    config: { access: 'read' },
    schema: hidden,
    handler: async (request, reply) => {
      const of = (status: readonly CallStatus[]) =>
        deps.calls.list({ status, destination: null, accountCode: null }, null, SHOWN);
      const [waiting, live, ended, pause] = await Promise.all([
        of(WAITING),
        of(LIVE),
        of(ENDED),
        deps.calls.readPause(),
      ]);
      const maySwitch = request.apiKey?.scopes.includes('admin') === true;
      const token = formTokenFor(request, reply);
      return sendPage(
        reply,
        callsPage({ keyName: keyName(request), token, pause, maySwitch, waiting, live, ended, limit: SHOWN }),
      );
    },
  });
};
