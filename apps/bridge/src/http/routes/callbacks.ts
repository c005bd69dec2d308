import { z } from 'zod';
import { callbackSchema, toCallbackRecord } from '../../domain/call-record.ts';
import { HttpError } from '../../errors.ts';
import { replayCallback } from '../../flow/deliver-callback.ts';
import { pageFields, pageOf, positionOf } from '../cursor.ts';
import { type App, errorResponses, type RouteDeps } from '../route.ts';

const listQuery = z.strictObject({
  status: z.enum(['pending', 'delivered', 'dead']).optional(),
  call_id: z.string().max(64).optional(),
  ...pageFields,
});

/** `GET /callbacks` and `POST /callbacks/:id/replay`. */
export const callbackRoutes = (app: App, deps: RouteDeps): void => {
  app.route({
    method: 'GET',
    url: '/callbacks',
    config: { access: 'read' },
    schema: {
      summary: 'Callbacks, newest first; status=dead are the dead letters',
      querystring: listQuery,
      response: {
        200: z.strictObject({ data: z.array(callbackSchema), next: z.string().nullable() }),
        ...errorResponses('validation_failed', 'unauthorized', 'scope_missing', 'database_unavailable'),
      },
    },
    handler: async ({ query }) => {
      const filter = { status: query.status ?? null, callId: query.call_id ?? null };
      const found = await deps.calls.listCallbacks(filter, positionOf(query.cursor), query.limit + 1);
      const { page, next } = pageOf(found, query.limit, (callback) => callback);
      return { data: page.map(toCallbackRecord), next };
    },
  });
};

/** `POST /callbacks/:id/replay`. It needs no body. */
export const replayRoute = (app: App, deps: RouteDeps): void => {
  app.route({
    method: 'POST',
    url: '/callbacks/:id/replay',
    config: { access: 'admin' },
    schema: {
      summary: 'Send a callback once more, with the same webhook-id and body',
      params: z.object({
        id: z.string().regex(/^cb_[\w-]+$/, 'A callback id begins with cb_; GET /callbacks lists them.'),
      }),
      querystring: z.strictObject({}),
      response: {
        202: callbackSchema,
        ...errorResponses(
          'validation_failed',
          'unauthorized',
          'scope_missing',
          'callback_not_found',
          'database_unavailable',
        ),
      },
    },
    handler: async (request, reply) => {
      const callback = await replayCallback(deps, request.params.id);
      if (callback === null) {
        throw new HttpError(
          'callback_not_found',
          `There is no callback ${request.params.id}; GET /callbacks lists them.`,
        );
      }
      return reply.code(202).send(toCallbackRecord(callback));
    },
  });
};
