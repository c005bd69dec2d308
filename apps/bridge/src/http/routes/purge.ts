import { parsePhoneNumber } from '@outdial/telephony';
import { z } from 'zod';
import { HttpError } from '../../errors.ts';
import { purgeCalls } from '../../flow/purge-calls.ts';
import type { PurgeFilter } from '../../ports.ts';
import { type App, callParams, errorResponses, type RouteDeps } from '../route.ts';

const MOST_IDS = 200;
const NAMED = 5;

const purgeBody = z.strictObject({
  ids: z.array(callParams.shape.id).min(1).max(MOST_IDS).optional().describe('These calls'),
  destination: z.string().max(64).optional().describe('All calls to this number, in any spelling'),
  before: z.iso
    .datetime({ offset: true, error: 'Use RFC 3339 with an offset: 2026-03-01T09:00:00+10:00.' })
    .optional()
    .describe('All calls that had ended by then'),
});

const invalid = (field: string, detail: string): HttpError =>
  new HttpError('validation_failed', detail, { errors: [{ pointer: field, detail }] });

const filterOf = (body: z.output<typeof purgeBody>, country: string): PurgeFilter => {
  const { ids, destination, before } = body;
  if (Object.values(body).filter((value) => value !== undefined).length !== 1) {
    throw invalid('', 'Name exactly one of ids, destination and before.');
  }
  if (ids !== undefined) return { by: 'ids', ids };
  if (before !== undefined) return { by: 'before', before: new Date(before) };
  const parsed = parsePhoneNumber(destination ?? '', country);
  if (parsed.status === 'invalid') throw invalid('/destination', parsed.reason);
  return { by: 'destination', destination: parsed.number.e164 };
};

const openDetail = (ids: readonly string[]): string =>
  `Nothing was deleted: ${ids.length} of these calls ${ids.length === 1 ? 'is' : 'are'} not over (${ids.slice(0, NAMED).join(', ')}${ids.length > NAMED ? ', …' : ''}). Wait for their end or cancel them, then ask again.`;

/** `POST /calls/purge`. */
export const purgeRoute = (app: App, deps: RouteDeps): void => {
  app.route({
    method: 'POST',
    url: '/calls/purge',
    config: { access: 'admin' },
    schema: {
      summary: 'Delete what ended calls say about people: words, sound, numbers, names, results',
      body: purgeBody,
      response: {
        200: z.strictObject({
          calls: z.int().describe('Calls that were purged now'),
          transcripts: z.int(),
          recordings: z.int(),
        }),
        ...errorResponses(
          'validation_failed',
          'unauthorized',
          'scope_missing',
          'call_open',
          'database_unavailable',
        ),
      },
    },
    handler: async ({ body }) => {
      const result = await purgeCalls(deps, filterOf(body, deps.settings.policy.defaultCountry));
      if (result.status === 'open') throw new HttpError('call_open', openDetail(result.ids));
      deps.log.info(result.purged, 'calls purged');
      return result.purged;
    },
  });
};
