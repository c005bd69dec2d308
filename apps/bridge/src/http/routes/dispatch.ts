import { z } from 'zod';
import { type Call, callFacts } from '../../domain/call.ts';
import { dispatchBodySchema } from '../../domain/dispatch-command.ts';
import { HttpError } from '../../errors.ts';
import { acceptDispatch, type DispatchAnswer } from '../../flow/accept-dispatch.ts';
import { accepted, acceptedSchema } from '../accepted.ts';
import { idempotencyKey } from '../idempotency-key.ts';
import { keyName } from '../plugins/authorization.ts';
import { type App, errorResponses, type RouteDeps } from '../route.ts';
import { playbooksUnavailable } from './playbooks.ts';

const checkedSchema = z
  .strictObject({
    dry_run: z.literal(true),
    would_call: z.boolean(),
    duplicate_of: z.string().nullable(),
    checks: z.array(
      z.strictObject({
        check: z.string(),
        verdict: z.enum(['pass', 'refuse']),
        code: z.string().nullable(),
        detail: z.string(),
      }),
    ),
  })
  .describe('dry_run: every check and its verdict; nothing was written and nobody is called.');

type Refusal = Extract<DispatchAnswer, { status: 'key_reused' | 'refused' }>;

const refusal = (answer: Refusal): HttpError => {
  switch (answer.status) {
    case 'key_reused':
      return new HttpError(
        'idempotency_key_reused',
        `This idempotency key belongs to ${answer.call.id}, which was asked for with another payload; use a new key.`,
      );
    case 'refused':
      return new HttpError(answer.code, answer.detail, {
        errors: [{ pointer: `/${answer.field}`, detail: answer.detail }],
      });
  }
};

/** `POST /dispatch`: asks for a call. 202 means that it is written down. */
export const dispatchRoute = (app: App, deps: RouteDeps): void => {
  app.route({
    method: 'POST',
    url: '/dispatch',
    config: { access: 'dispatch' },
    schema: {
      summary: 'Call a number',
      headers: z.looseObject({ 'idempotency-key': z.string().optional() }),
      querystring: z.strictObject({ allow_duplicate: z.enum(['true', 'false']).default('false') }),
      body: dispatchBodySchema,
      response: {
        200: checkedSchema,
        202: acceptedSchema,
        ...errorResponses(
          'validation_failed',
          'unauthorized',
          'scope_missing',
          'payload_too_large',
          'unsupported_media_type',
          'idempotency_key_reused',
          'rate_limited',
          'database_unavailable',
          'playbooks_unavailable',
        ),
      },
    },
    handler: async (request, reply) => {
      const answer = await acceptDispatch(deps, {
        apiKeyName: keyName(request),
        idempotencyKey: idempotencyKey(request.headers['idempotency-key'], request.body.idempotency_key),
        allowDuplicate: request.query.allow_duplicate === 'true',
        traceparent: request.traceparent,
        command: request.body,
      });
      switch (answer.status) {
        case 'accepted':
          logAccepted(deps, answer.call, answer.warning);
          return reply
            .code(202)
            .header('location', `/calls/${answer.call.id}`)
            .send(accepted(answer.call, { replayed: false, duplicateOf: null }));
        case 'replayed':
          return reply
            .code(202)
            .header('location', `/calls/${answer.call.id}`)
            .header('idempotent-replayed', 'true')
            .send(accepted(answer.call, { replayed: true, duplicateOf: null }));
        case 'duplicate':
          return reply
            .code(202)
            .header('location', `/calls/${answer.call.id}`)
            .send(accepted(answer.call, { replayed: false, duplicateOf: answer.call.id }));
        case 'checked':
          return reply.code(200).send({
            dry_run: true,
            would_call: answer.wouldCall,
            duplicate_of: answer.duplicateOf,
            checks: answer.verdicts.map(({ rail, ...verdict }) => ({ check: rail, ...verdict })),
          });
        case 'playbooks_unavailable':
          throw playbooksUnavailable(deps, answer.problem);
        default:
          throw refusal(answer);
      }
    },
  });
};

const logAccepted = (deps: RouteDeps, call: Call, warning: string | null): void => {
  const facts = {
    ...callFacts(call),
    playbook: call.playbook,
    callerIdSource: call.callerIdSource,
    'pii.destination': call.destination,
  };
  deps.log.info(facts, 'call accepted');
  if (warning !== null) deps.log.warn({ ...callFacts(call), warning }, 'call without a caller ID of its own');
};
