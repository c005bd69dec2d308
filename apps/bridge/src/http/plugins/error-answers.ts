import type { Logger } from '@outdial/runtime';
import { traceFacts } from '@outdial/telephony';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { DISPATCH_FIELDS } from '../../domain/dispatch-command.ts';
import { explainUnknownField } from '../../domain/unknown-field.ts';
import { ERRORS, type ErrorCode, errorBody, type FieldProblem, HttpError, pointerTo } from '../../errors.ts';
import { StoreUnavailable } from '../../ports.ts';
import { retryAfter } from '../retry-after.ts';

type Issue = {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message?: string;
  readonly params: unknown;
};

const unknownKeys = (issue: Issue): readonly string[] => {
  const keys = (issue.params as { keys?: unknown }).keys;
  return issue.keyword === 'unrecognized_keys' && Array.isArray(keys) ? keys.map(String) : [];
};

const withFullStop = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

// zod's provider writes the whole body as "/".
const base = (instancePath: string): string => (instancePath === '/' ? '' : instancePath);

const fieldProblems = (issues: readonly Issue[], known: readonly string[]): readonly FieldProblem[] =>
  issues.flatMap((issue) => {
    const keys = unknownKeys(issue);
    if (keys.length === 0)
      return [
        { pointer: base(issue.instancePath), detail: withFullStop(issue.message ?? 'It is not valid') },
      ];
    return keys.map((key) => ({
      pointer: base(issue.instancePath) + pointerTo([key]),
      detail: explainUnknownField(key, known),
    }));
  });

const fieldName = (problem: FieldProblem): string => problem.pointer.replace(/^\//, '');

const sentence = (problems: readonly FieldProblem[]): string =>
  problems
    .map((problem) =>
      problem.detail.startsWith(fieldName(problem))
        ? problem.detail
        : `${fieldName(problem) || 'body'}: ${problem.detail}`,
    )
    .join(' ');

const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  408: 'request_timeout',
  413: 'payload_too_large',
  414: 'url_too_long',
  415: 'unsupported_media_type',
  429: 'rate_limited',
};

const SENTENCES: Partial<Record<ErrorCode, string>> = {
  payload_too_large: 'The body may have 32 KiB at most, a list of numbers 2 MiB.',
  unsupported_media_type: 'Send JSON with the header Content-Type: application/json.',
};

/** Any error as an answer; what only a developer can mend becomes 500 and says nothing of its inside. */
export const asHttpError = (error: FastifyError | Error): HttpError => {
  if (error instanceof HttpError) return error;
  if (error instanceof StoreUnavailable) {
    return new HttpError(
      'database_unavailable',
      'The database cannot be reached or written. Whether this was stored is not known: send it again unchanged, with its idempotency key if it has one, and nothing happens twice.',
      { headers: retryAfter(5) },
    );
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const problems = fieldProblems(error.validation as readonly Issue[], DISPATCH_FIELDS);
    return new HttpError('validation_failed', sentence(problems), { errors: problems });
  }
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500;
  const code = BY_STATUS[status];
  if (code !== undefined) return new HttpError(code, SENTENCES[code] ?? error.message);
  if (status >= 400 && status < 500) return new HttpError('malformed_request', error.message);
  return new HttpError('internal_error', 'The bridge failed; its log says why.');
};

const wantsProblemJson = (request: FastifyRequest): boolean =>
  (request.headers.accept ?? '').toLowerCase().includes('application/problem+json');

/** Sends an error answer: the same body always, `application/problem+json` only when asked for. */
export const sendError = (request: FastifyRequest, reply: FastifyReply, error: HttpError): FastifyReply =>
  reply
    .code(ERRORS[error.code].status)
    .headers(error.headers)
    .type(wantsProblemJson(request) ? 'application/problem+json' : 'application/json')
    // Past the route's own response schema: an error of an early hook fits every route.
    .serializer((body: unknown) => JSON.stringify(body))
    .send(errorBody(error.code, error.message, error.errors));

const matches = (pattern: string, path: string): boolean => {
  const wanted = pattern.split('/');
  const given = path.split('/');
  return (
    wanted.length === given.length && wanted.every((part, at) => part.startsWith(':') || part === given[at])
  );
};

type Options = {
  readonly log: Logger;
  /** Hears of each error that was answered. */
  readonly onError: (code: ErrorCode) => void;
};

const plugin = async (app: FastifyInstance, options: Options): Promise<void> => {
  const answerWith = (request: FastifyRequest, reply: FastifyReply, error: HttpError): FastifyReply => {
    options.onError(error.code);
    return sendError(request, reply, error);
  };
  const routes: { method: string; url: string }[] = [];
  app.addHook('onRoute', (route) => {
    for (const method of [route.method].flat()) routes.push({ method: String(method), url: route.url });
  });

  // RFC 9112 section 3.2.
  app.addHook('onRequest', async (request) => {
    if (request.raw.httpVersion === '1.0' || request.headers.host !== undefined) return;
    throw new HttpError('malformed_request', 'A request needs exactly one Host header.');
  });

  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const answer = asHttpError(error);
    if (ERRORS[answer.code].status >= 500) {
      options.log.error(
        {
          ...traceFacts(request.traceparent),
          method: request.method,
          route: request.routeOptions.url,
          err: error,
        },
        'request failed',
      );
    }
    return answerWith(request, reply, answer);
  });

  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '/';
    const allowed = [
      ...new Set(routes.filter((route) => matches(route.url, path)).map((route) => route.method)),
    ];
    if (allowed.length === 0) {
      return answerWith(
        request,
        reply,
        new HttpError(
          'route_not_found',
          'There is nothing at this address; GET /openapi.json lists what there is.',
        ),
      );
    }
    const detail = `${request.method} is not possible here; ${allowed.join(', ')} is.`;
    return answerWith(
      request,
      reply,
      new HttpError('method_not_allowed', detail, { headers: { allow: allowed.join(', ') } }),
    );
  });
};

/** Every error leaves in one form, also for addresses and methods that do not exist. */
export const errorAnswers = fp(plugin, { name: 'error-answers' });
