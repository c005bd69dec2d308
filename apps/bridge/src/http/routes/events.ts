import { traceFacts } from '@outdial/telephony';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { isSettled } from '../../domain/call-keepsake.ts';
import { HttpError } from '../../errors.ts';
import { notFound } from '../call-answers.ts';
import { goneOf } from '../client-gone.ts';
import { streamEvents } from '../event-stream.ts';
import { createPlaces } from '../places.ts';
import { keyName } from '../plugins/authorization.ts';
import { retryAfter } from '../retry-after.ts';
import { type App, callParams, errorResponses, type RouteDeps } from '../route.ts';

const resumeHeaders = z.looseObject({
  'last-event-id': z
    .string()
    .regex(/^\d{1,15}$/, 'It is the id of the last event that came.')
    .optional(),
});

// Each is a connection, and a few questions to the database with every event.
const MOST_STREAMS_PER_KEY = 50;
const TRY_AGAIN_SECONDS = 15;

/** Whether the request's session, if it was let in by one, still lasts. */
const sessionLasts = ({ session, apiKey, server }: FastifyRequest) => {
  if (session === null || session.key !== apiKey) return () => true;
  return () => !server.sessions.isOver(session, Date.now());
};

/** `GET /calls/:id/events` and `GET /events`: server-sent events. */
export const eventRoutes = (app: App, deps: RouteDeps): void => {
  const places = createPlaces(MOST_STREAMS_PER_KEY);
  const stream = (reply: FastifyReply, callId: string | null, after: number) => {
    const free = places.take(keyName(reply.request));
    if (free === null) {
      throw new HttpError(
        'rate_limited',
        `This key has ${MOST_STREAMS_PER_KEY} event streams open: close some, or follow all calls with GET /events.`,
        { headers: retryAfter(TRY_AGAIN_SECONDS) },
      );
    }
    return streamEvents(reply, {
      calls: deps.calls,
      feed: deps.feed,
      stop: AbortSignal.any([deps.ending, goneOf(reply)]),
      mayHear: sessionLasts(reply.request),
      callId,
      after,
    })
      .catch((error: unknown) => {
        const facts = { callId, ...traceFacts(reply.request.traceparent) };
        deps.log.warn({ ...facts, err: error }, 'an event stream broke off');
      })
      .finally(free);
  };
  const errors = [
    'validation_failed',
    'unauthorized',
    'scope_missing',
    'rate_limited',
    'database_unavailable',
  ] as const;

  app.route({
    method: 'GET',
    url: '/calls/:id/events',
    config: { access: 'read' },
    schema: {
      summary:
        'What happens to one call, from its beginning to its end (server-sent events); 204 when all was told',
      params: callParams,
      headers: resumeHeaders,
      response: {
        204: z.null().describe('The call is over and its last event came already'),
        ...errorResponses(...errors, 'call_not_found'),
      },
    },
    handler: async (request, reply) => {
      const { id } = request.params;
      const call = await deps.calls.find(id);
      if (call === null) throw notFound(id);
      const after = Number(request.headers['last-event-id'] ?? 0);
      // A browser comes back after every end of a stream, until it is told that there is no more.
      const isTold = isSettled(call) && (await deps.calls.listEvents(after, id, 1)).length === 0;
      return isTold ? reply.code(204).send(null) : stream(reply, id, after);
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
