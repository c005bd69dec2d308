import { CALL_STATUSES, parsePhoneNumber } from '@outdial/telephony';
import { z } from 'zod';
import { callRecordSchema, toCallRecord } from '../../domain/call-record.ts';
import { HttpError } from '../../errors.ts';
import { cancelCall } from '../../flow/cancel-call.ts';
import type { CallPosition } from '../../ports.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { type App, callParams, errorResponses, type RouteDeps } from '../route.ts';

const DEFAULT_PAGE = 50;
const LARGEST_PAGE = 200;

const listQuery = z.strictObject({
  status: z.enum(CALL_STATUSES).optional(),
  destination: z.string().max(64).optional().describe('Any spelling that POST /dispatch takes'),
  account_code: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(LARGEST_PAGE).default(DEFAULT_PAGE),
  cursor: z.string().max(200).optional().describe('`next` of the page before'),
});

const notFound = (id: string): HttpError =>
  new HttpError('call_not_found', `There is no call ${id}; GET /calls lists those there are.`);

const wrong = (field: string, detail: string): HttpError =>
  new HttpError('validation_failed', detail, { errors: [{ pointer: `/${field}`, detail }] });

const positionOf = (cursor: string | undefined): CallPosition | null => {
  if (cursor === undefined) return null;
  const position = decodeCursor(cursor);
  if (position === null) throw wrong('cursor', 'Use the value of next from the page before, unchanged.');
  return position;
};

const numberOf = (destination: string | undefined, country: string): string | null => {
  if (destination === undefined) return null;
  const parsed = parsePhoneNumber(destination, country);
  if (parsed.status === 'invalid') throw wrong('destination', parsed.reason);
  return parsed.number.e164;
};

/** `GET /calls` and `GET /calls/:id`. */
export const callRoutes = (app: App, deps: RouteDeps): void => {
  app.route({
    method: 'GET',
    url: '/calls',
    config: { access: 'read' },
    schema: {
      summary: 'Calls, newest first',
      querystring: listQuery,
      response: {
        200: z.strictObject({ data: z.array(callRecordSchema), next: z.string().nullable() }),
        ...errorResponses('validation_failed', 'unauthorized', 'scope_missing', 'database_unavailable'),
      },
    },
    handler: async ({ query }) => {
      const filter = {
        status: query.status === undefined ? null : [query.status],
        destination: numberOf(query.destination, deps.settings.policy.defaultCountry),
        accountCode: query.account_code ?? null,
      };
      const calls = await deps.calls.list(filter, positionOf(query.cursor), query.limit + 1);
      const page = calls.slice(0, query.limit);
      const last = page.at(-1);
      return {
        data: page.map(toCallRecord),
        next: calls.length > page.length && last !== undefined ? encodeCursor(last) : null,
      };
    },
  });

  app.route({
    method: 'GET',
    url: '/calls/:id',
    config: { access: 'read' },
    schema: {
      summary: 'One call',
      params: callParams,
      querystring: z.strictObject({}),
      response: {
        200: callRecordSchema,
        ...errorResponses(
          'validation_failed',
          'unauthorized',
          'scope_missing',
          'call_not_found',
          'database_unavailable',
        ),
      },
    },
    handler: async (request) => {
      const call = await deps.calls.find(request.params.id);
      if (call === null) throw notFound(request.params.id);
      return toCallRecord(call);
    },
  });
};

/** `POST /calls/:id/cancel`. It needs no body; workflow tools send one of any type all the same. */
export const cancelRoute = (app: App, deps: RouteDeps): void => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async () => undefined);

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
          throw new HttpError('call_ended', `The call has ended already: ${result.call.status}.`);
        case 'canceling':
          deps.wake();
          return reply.code(202).send(toCallRecord(result.call));
      }
    },
  });
};
