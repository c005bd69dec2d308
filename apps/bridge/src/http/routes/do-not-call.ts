import { z } from 'zod';
import { DO_NOT_CALL_SOURCES, type DoNotCallEntry, LONGEST_NOTE } from '../../domain/do-not-call-entry.ts';
import { HttpError } from '../../errors.ts';
import { listNumber } from '../../flow/do-not-call.ts';
import { pageFields, pageOf, positionOf } from '../cursor.ts';
import { phoneField } from '../phone-field.ts';
import { keyName } from '../plugins/authorization.ts';
import { type App, errorResponses, type RouteDeps } from '../route.ts';

const SPELLINGS = 'Any spelling that POST /dispatch takes';

const entrySchema = z
  .strictObject({
    number: z.string().describe('E.164'),
    source: z
      .enum(DO_NOT_CALL_SOURCES)
      .describe('Who put it there: its callee in a call, the API, or a file'),
    note: z.string().nullable(),
    call_id: z.string().nullable().describe('The call in which its callee asked for it'),
    created_at: z.iso.datetime(),
  })
  .describe('A number that is never dialled');

const toEntry = ({ number, source, note, callId, createdAt }: DoNotCallEntry) => ({
  number,
  source,
  note,
  call_id: callId,
  created_at: createdAt.toISOString(),
});

const placeOf = ({ createdAt, number }: DoNotCallEntry) => ({ createdAt, id: number });

const listQuery = z.strictObject({
  number: z.string().max(64).optional().describe(`Only this one. ${SPELLINGS}`),
  source: z.enum(DO_NOT_CALL_SOURCES).optional(),
  ...pageFields,
});

const params = z.object({ number: z.string().max(64).describe(SPELLINGS) });

const putBody = z
  .strictObject({ note: z.string().max(LONGEST_NOTE).nullish().describe('Why, in your own words') })
  .nullish();

const notListed = (): HttpError =>
  new HttpError(
    'number_not_listed',
    'This number is not on the do-not-call list; GET /do-not-call shows it.',
  );

const errors = ['validation_failed', 'unauthorized', 'scope_missing', 'database_unavailable'] as const;

/** `GET /do-not-call`, and `GET`, `PUT` and `DELETE /do-not-call/:number`. */
export const doNotCallRoutes = (app: App, deps: RouteDeps): void => {
  const country = deps.settings.policy.defaultCountry;

  app.route({
    method: 'GET',
    url: '/do-not-call',
    config: { access: 'read' },
    schema: {
      summary: 'Numbers that are never dialled, newest first',
      querystring: listQuery,
      response: {
        200: z.strictObject({ data: z.array(entrySchema), next: z.string().nullable() }),
        ...errorResponses(...errors),
      },
    },
    handler: async ({ query }) => {
      const number = query.number === undefined ? null : phoneField('number', query.number, country);
      const filter = { number, source: query.source ?? null };
      const found = await deps.doNotCall.list(filter, positionOf(query.cursor), query.limit + 1);
      const { page, next } = pageOf(found, query.limit, placeOf);
      return { data: page.map(toEntry), next };
    },
  });

  app.route({
    method: 'GET',
    url: '/do-not-call/:number',
    config: { access: 'read' },
    schema: {
      summary: 'The entry of one number; 404 when it may be called',
      params,
      querystring: z.strictObject({}),
      response: { 200: entrySchema, ...errorResponses(...errors, 'number_not_listed') },
    },
    handler: async (request) => {
      const entry = await deps.doNotCall.find(phoneField('number', request.params.number, country));
      if (entry === null) throw notListed();
      return toEntry(entry);
    },
  });

  app.route({
    method: 'PUT',
    url: '/do-not-call/:number',
    config: { access: 'admin' },
    schema: {
      summary: 'Never dial this number again; calls to it that wait end canceled / blocked',
      params,
      querystring: z.strictObject({}),
      body: putBody,
      response: { 200: entrySchema, 201: entrySchema, ...errorResponses(...errors) },
    },
    handler: async (request, reply) => {
      const number = phoneField('number', request.params.number, country);
      const { entry, added, blocked } = await listNumber(deps, { number, note: request.body?.note ?? null });
      deps.log.info(
        { key: keyName(request), added, blocked, 'pii.number': number },
        'number put on the do-not-call list',
      );
      return reply.code(added ? 201 : 200).send(toEntry(entry));
    },
  });

  app.route({
    method: 'DELETE',
    url: '/do-not-call/:number',
    config: { access: 'admin' },
    schema: {
      summary: 'Take a number off the list; answers with the entry that there was',
      params,
      querystring: z.strictObject({}),
      response: { 200: entrySchema, ...errorResponses(...errors, 'number_not_listed') },
    },
    handler: async (request) => {
      const entry = await deps.doNotCall.remove(phoneField('number', request.params.number, country));
      if (entry === null) throw notListed();
      deps.log.warn(
        { key: keyName(request), source: entry.source, 'pii.number': entry.number },
        'number taken off the do-not-call list',
      );
      return toEntry(entry);
    },
  });
};
