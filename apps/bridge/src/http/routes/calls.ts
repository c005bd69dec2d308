import { CALL_STATUSES, parsePhoneNumber } from '@outdial/telephony';
import { z } from 'zod';
import { callRecordSchema, toCallRecord } from '../../domain/call-record.ts';
import { HttpError } from '../../errors.ts';
import { notFound, recordOf } from '../call-answers.ts';
import { goneOf } from '../client-gone.ts';
import { pageFields, pageOf, positionOf } from '../cursor.ts';
import { type App, callParams, errorResponses, type RouteDeps } from '../route.ts';
import { waitForEnd } from '../wait-for-end.ts';

// Proxies commonly give up after 30 s.
const LONGEST_WAIT_SECONDS = 25;

const listQuery = z.strictObject({
  status: z.enum(CALL_STATUSES).optional(),
  destination: z.string().max(64).optional().describe('Any spelling that POST /dispatch takes'),
  account_code: z.string().max(64).optional(),
  ...pageFields,
});

const wrong = (field: string, detail: string): HttpError =>
  new HttpError('validation_failed', detail, { errors: [{ pointer: `/${field}`, detail }] });

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
      const { page, next } = pageOf(calls, query.limit, (call) => call);
      const callbacks = await deps.calls.callbacksOf(page.map(({ id }) => id));
      const of = Map.groupBy(callbacks, ({ callId }) => callId);
      return { data: page.map((call) => toCallRecord(call, of.get(call.id) ?? [])), next };
    },
  });

  app.route({
    method: 'GET',
    url: '/calls/:id',
    config: { access: 'read' },
    schema: {
      summary: 'One call',
      params: callParams,
      querystring: z.strictObject({
        wait: z.coerce
          .number()
          .int()
          .min(0)
          .max(LONGEST_WAIT_SECONDS)
          .default(0)
          .describe('Seconds to wait for the end of the call; the answer comes as soon as it is over'),
      }),
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
    handler: async (request, reply) => {
      const { id } = request.params;
      const stop = AbortSignal.any([deps.ending, goneOf(reply)]);
      const call = await waitForEnd(deps, id, request.query.wait * 1000, stop);
      if (call === null) throw notFound(id);
      return recordOf(deps, call);
    },
  });
};
