import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { notFound } from '../call-answers.ts';
import { goneOf } from '../client-gone.ts';
import { streamEvents } from '../event-stream.ts';
import { type App, callParams, errorResponses, type RouteDeps } from '../route.ts';

const resumeHeaders = z.looseObject({
  'last-event-id': z
    .string()
    .regex(/^\d{1,15}$/, 'It is the id of the last event that came.')
    .optional(),
});

/** `GET /calls/:id/events` and `GET /events`: server-sent events. */
export const eventRoutes = (app: App, deps: RouteDeps): void => {
  const stream = (reply: FastifyReply, callId: string | null, after: number) =>
    streamEvents(reply, {
      calls: deps.calls,
      feed: deps.feed,
      stop: AbortSignal.any([deps.ending, goneOf(reply)]),
      callId,
      after,
    }).catch((error: unknown) => deps.log.warn({ callId, err: error }, 'an event stream broke off'));
  const errors = ['validation_failed', 'unauthorized', 'scope_missing', 'database_unavailable'] as const;

  app.route({
    method: 'GET',
    url: '/calls/:id/events',
    config: { access: 'read' },
    schema: {
      summary: 'What happens to one call, from its beginning to its end (server-sent events)',
      params: callParams,
      headers: resumeHeaders,
      response: errorResponses(...errors, 'call_not_found'),
    },
    handler: async (request, reply) => {
      const { id } = request.params;
      if ((await deps.calls.find(id)) === null) throw notFound(id);
      return stream(reply, id, Number(request.headers['last-event-id'] ?? 0));
    },
  });

  app.route({
    method: 'GET',
    url: '/events',
    config: { access: 'read' },
    schema: {
      summary: 'What happens to all calls, from now on (server-sent events)',
      headers: resumeHeaders,
      response: errorResponses(...errors),
    },
    handler: async (request, reply) => {
      const last = request.headers['last-event-id'];
      return stream(reply, null, last === undefined ? await deps.calls.lastEventId() : Number(last));
    },
  });
};
