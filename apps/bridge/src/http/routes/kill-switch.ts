import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Pause } from '../../domain/pause.ts';
import { type Paused, pauseDialling, resumeDialling } from '../../flow/switch-dialling.ts';
import { keyName } from '../plugins/authorization.ts';
import { type App, errorResponses, type RouteDeps } from '../route.ts';

/** Of a pause, in characters. */
export const LONGEST_REASON = 200;

/** The kill switch, as answers tell it. */
export const pauseSchema = z
  .strictObject({
    since: z.iso.datetime(),
    reason: z.string().nullable(),
    by: z.string().nullable().describe('Name of the API key; null when a restore did it'),
  })
  .nullable()
  .describe('null: calls are dialled');

/** The pause in the form of the answers. */
export const toPauseRecord = (pause: Pause | null): z.input<typeof pauseSchema> =>
  pause === null ? null : { since: pause.since.toISOString(), reason: pause.reason, by: pause.by };

/** Pauses dialling in the name of the request's key. */
export const pauseFor = async (
  deps: RouteDeps,
  request: FastifyRequest,
  asked: { readonly reason: string | null; readonly hangUp: boolean },
): Promise<Paused> => {
  const by = keyName(request);
  const paused = await pauseDialling(deps, { ...asked, by });
  const { pause, ...counts } = paused;
  deps.log.warn({ key: by, reason: pause.reason, ...counts }, 'dialling paused');
  deps.wake();
  return paused;
};

/** Resumes dialling in the name of the request's key; false when nothing was paused. */
export const resumeFor = async (deps: RouteDeps, request: FastifyRequest): Promise<boolean> => {
  const resumed = await resumeDialling(deps);
  if (resumed) deps.log.warn({ key: keyName(request) }, 'dialling resumed');
  deps.wake();
  return resumed;
};

const errors = ['validation_failed', 'unauthorized', 'scope_missing', 'database_unavailable'] as const;

/** `POST /pause` and `POST /resume`: the kill switch, for all bridges, over restarts. */
export const killSwitchRoutes = (app: App, deps: RouteDeps): void => {
  app.route({
    method: 'POST',
    url: '/pause',
    config: { access: 'admin' },
    schema: {
      summary: 'Stop all dialling until POST /resume; calls that are live go on unless hang_up is true',
      querystring: z.strictObject({}),
      body: z
        .strictObject({
          reason: z.string().max(LONGEST_REASON).nullish().describe('Shown to whoever is refused'),
          hang_up: z.boolean().default(false).describe('Cancel the calls that are live, too'),
        })
        .nullish(),
      response: {
        200: z.strictObject({
          pause: pauseSchema,
          live: z.int().describe('Calls that were granted before and go on, the canceled ones included'),
          canceled: z.int().describe('Those of them that were asked to end now'),
        }),
        ...errorResponses(...errors),
      },
    },
    handler: async (request) => {
      const { reason, hang_up: hangUp = false } = request.body ?? {};
      const { pause, ...counts } = await pauseFor(deps, request, { reason: reason || null, hangUp });
      return { pause: toPauseRecord(pause), ...counts };
    },
  });

  app.route({
    method: 'POST',
    url: '/resume',
    config: { access: 'admin' },
    schema: {
      summary: 'Dial again; calls that waited start in their order',
      querystring: z.strictObject({}),
      body: z.strictObject({}).nullish(),
      response: {
        200: z.strictObject({
          pause: pauseSchema,
          resumed: z.boolean().describe('false: nothing was paused'),
        }),
        ...errorResponses(...errors),
      },
    },
    handler: async (request) => ({ pause: null, resumed: await resumeFor(deps, request) }),
  });
};
