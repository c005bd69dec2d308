import { z } from 'zod';
import type { Call } from '../../domain/call.ts';
import { callRecordSchema } from '../../domain/call-record.ts';
import { HttpError } from '../../errors.ts';
import { cancelCall } from '../../flow/cancel-call.ts';
import { retryCall } from '../../flow/retry-call.ts';
import { accepted, acceptedSchema } from '../accepted.ts';
import { notFound, recordOf } from '../call-answers.ts';
import { keyName } from '../plugins/authorization.ts';
import { retryAfter } from '../retry-after.ts';
import { type App, callParams, errorResponses, type RouteDeps } from '../route.ts';

const endedDetail = (call: Call, next: Call | null): string =>
  next === null
    ? `The call has ended already: ${call.status}.`
    : `The call has ended already: ${call.status}. Its next attempt ${next.id} is ${next.status}; cancel that one.`;

/** `POST /calls/:id/cancel` and `/retry`. They need no body; workflow tools send one of any type all the same. */
export const callActionRoutes = (app: App, deps: RouteDeps): void => {
  app.route({
    method: 'POST',
    url: '/calls/:id/cancel',
    config: { access: 'dispatch' },
    schema: {
      summary: 'End a call, or do not start it',
      params: callParams,
      querystring: z.strictObject({}),
      response: {
        202: callRecordSchema,
        ...errorResponses(
          'validation_failed',
          'unauthorized',
          'scope_missing',
          'call_not_found',
          'call_ended',
          'database_unavailable',
        ),
      },
    },
    handler: async (request, reply) => {
      const result = await cancelCall(deps, request.params.id);
      switch (result.status) {
        case 'not_found':
          throw notFound(request.params.id);
        case 'ended':
          throw new HttpError('call_ended', endedDetail(result.call, result.next));
        case 'canceling':
          deps.wake();
          return reply.code(202).send(await recordOf(deps, result.call));
      }
    },
  });

  app.route({
    method: 'POST',
    url: '/calls/:id/retry',
    config: { access: 'dispatch' },
    schema: {
      summary: 'Place a call that has ended once more, as one new call',
      params: callParams,
      querystring: z.strictObject({}),
      response: {
        202: acceptedSchema,
        ...errorResponses(
          'validation_failed',
          'unauthorized',
          'scope_missing',
          'call_not_found',
          'retry_not_possible',
          'paused',
          'database_unavailable',
        ),
      },
    },
    handler: async (request, reply) => {
      const result = await retryCall(deps, request.params.id, keyName(request));
      switch (result.status) {
        case 'not_found':
          throw notFound(request.params.id);
        case 'refused':
          throw new HttpError('retry_not_possible', result.detail);
        case 'held':
          throw new HttpError(result.code, result.detail, { headers: retryAfter(result.retryAfterSeconds) });
        case 'placed':
          deps.wake();
          return reply
            .code(202)
            .header('location', `/calls/${result.call.id}`)
            .send(accepted(result.call, { replayed: result.replayed, duplicateOf: null }));
      }
    },
  });
};
