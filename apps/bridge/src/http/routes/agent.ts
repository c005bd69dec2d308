import {
  grantAnswerSchema,
  grantRequestSchema,
  legAnswerSchema,
  legRequestSchema,
  reportAnswerSchema,
  reportSchema,
  traceFacts,
} from '@outdial/telephony';
import { callFacts } from '../../domain/call.ts';
import { HttpError } from '../../errors.ts';
import { grantCall } from '../../flow/grant-call.ts';
import { grantLeg } from '../../flow/grant-leg.ts';
import { recordReport } from '../../flow/record-report.ts';
import { type App, callParams, errorResponses, type RouteDeps } from '../route.ts';

const noSuchCall = (): HttpError => new HttpError('call_not_found', 'There is no such call.');
const notGranted = (): HttpError =>
  new HttpError('grant_not_held', 'This job holds no grant for the call, so it may not speak for it.');

/** What the agents say and ask; signed, and not for users. */
export const agentRoutes = (app: App, deps: RouteDeps): void => {
  app.route({
    method: 'POST',
    url: '/agent/calls/:id/grant',
    config: { access: 'signed' },
    schema: {
      hide: true,
      params: callParams,
      body: grantRequestSchema,
      response: {
        200: grantAnswerSchema,
        409: grantAnswerSchema,
        ...errorResponses('signature_invalid', 'call_not_found'),
      },
    },
    handler: async (request, reply) => {
      const result = await grantCall(deps, request.params.id, request.body);
      if (result === null) throw noSuchCall();
      const { answer, call } = result;
      deps.metrics.grantAnswered(answer);
      const facts = {
        ...callFacts(call),
        dispatch: request.body.dispatch,
        jobId: request.body.job_id,
      };
      if (answer.granted) {
        deps.log.info(facts, 'grant given');
        // Only so many calls wait for a grant at once: the next one may start.
        deps.wake();
      } else deps.log.info({ ...facts, reason: answer.reason }, 'grant refused');
      return reply.code(answer.granted ? 200 : 409).send(answer);
    },
  });

  app.route({
    method: 'POST',
    url: '/agent/calls/:id/legs',
    config: { access: 'signed' },
    schema: {
      hide: true,
      params: callParams,
      body: legRequestSchema,
      response: {
        200: legAnswerSchema,
        // Every refusal of the leg itself; `grant_not_held` has an error's body.
        403: legAnswerSchema,
        ...errorResponses('signature_invalid', 'call_not_found', 'grant_not_held'),
      },
    },
    handler: async (request, reply) => {
      const result = await grantLeg(deps, request.params.id, request.body);
      switch (result.status) {
        case 'not_found':
          throw noSuchCall();
        case 'not_granted':
          throw notGranted();
        case 'answered': {
          const { answer } = result;
          deps.metrics.legAnswered(answer);
          const { target } = request.body;
          const facts = { callId: request.params.id, ...traceFacts(request.traceparent), target };
          if (answer.granted) deps.log.info(facts, 'second leg granted');
          else deps.log.info({ ...facts, reason: answer.reason }, 'second leg refused');
          return reply.code(answer.granted ? 200 : 403).send(answer);
        }
      }
    },
  });

  app.route({
    method: 'POST',
    url: '/agent/calls/:id/reports',
    config: { access: 'signed' },
    schema: {
      hide: true,
      params: callParams,
      body: reportSchema,
      response: {
        200: reportAnswerSchema,
        ...errorResponses('signature_invalid', 'call_not_found', 'grant_not_held'),
      },
    },
    handler: async (request) => {
      const result = await recordReport(deps, request.params.id, request.body);
      switch (result.status) {
        case 'not_found':
          throw noSuchCall();
        case 'not_granted':
          throw notGranted();
        case 'taken':
          if (result.ended) {
            const { status, outcome } = result.call;
            deps.log.info(
              { ...callFacts(result.call), status, endReason: outcome?.end_reason, sip: outcome?.sip.status },
              'call ended',
            );
            deps.wake();
          }
          return { cancel: result.cancel };
      }
    },
  });
};
