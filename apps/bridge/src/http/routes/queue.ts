import { CALL_STATUSES } from '@outdial/telephony';
import { z } from 'zod';
import { type App, errorResponses, type RouteDeps } from '../route.ts';
import { pauseSchema, toPauseRecord } from './kill-switch.ts';

const SHOWN = 20;

const waitingCall = z.strictObject({
  id: z.string(),
  status: z.enum(CALL_STATUSES),
  destination: z.string(),
  account_code: z.string().nullable(),
  created_at: z.iso.datetime(),
  scheduled_for: z.iso.datetime().nullable(),
  not_after: z.iso.datetime(),
});

/** `GET /queue`: whether dialling is paused, what waits, and which places are taken. */
export const queueRoute = (app: App, deps: RouteDeps): void => {
  app.route({
    method: 'GET',
    url: '/queue',
    config: { access: 'read' },
    schema: {
      summary: 'The kill switch, calls that wait, and places taken',
      querystring: z.strictObject({}),
      response: {
        200: z.strictObject({
          pause: pauseSchema,
          trunk: z.string().describe('The trunk that this bridge dials over; all counts are of it'),
          waiting: z.strictObject({
            due: z.int().describe('Queued, and may start as soon as there is a place'),
            scheduled: z.int().describe('Queued, for a later time'),
            dispatched: z.int().describe('Wait for an agent; each has its place'),
          }),
          live: z.int().describe('A job may dial, has dialled or talks'),
          places: z.strictObject({
            used: z.int().describe('Calls and second legs'),
            of: z.int().describe('MAX_CONCURRENT_CALLS'),
          }),
          next: z.array(waitingCall).describe(`At most ${SHOWN} queued calls, in the order of their start`),
        }),
        ...errorResponses('validation_failed', 'unauthorized', 'scope_missing', 'database_unavailable'),
      },
    },
    handler: async () => {
      const { trunk } = deps.settings;
      const state = await deps.calls.readQueue(trunk, SHOWN);
      const { due, scheduled, dispatched } = state;
      return {
        pause: toPauseRecord(state.pause),
        trunk,
        waiting: { due, scheduled, dispatched },
        live: state.live,
        places: { used: state.placesUsed, of: deps.limits.maxConcurrentCalls },
        next: state.next.map((call) => ({
          id: call.id,
          status: call.status,
          destination: call.destination,
          account_code: call.accountCode,
          created_at: call.createdAt.toISOString(),
          scheduled_for: call.scheduledFor?.toISOString() ?? null,
          not_after: call.notAfter.toISOString(),
        })),
      };
    },
  });
};
