import { mayBeSigned, verifyReport } from '@outdial/runtime';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { clientOf } from '../../domain/address-range.ts';
import { HttpError } from '../../errors.ts';
import { createPlaces } from '../places.ts';
import { retryAfter } from '../retry-after.ts';
import { BODY_LIMIT_BYTES } from '../server-options.ts';
import { signedText } from '../signed-text.ts';

/** The answer to what no agent of ours signed. */
export const unsigned = (): HttpError =>
  new HttpError(
    'signature_invalid',
    'Sign the body with AGENT_REPORT_SECRET; it must be the same for bridge and agent, both clocks right, and webhook-id must be the call id, a dot and anything.',
  );

/**
 * Whether the signed id names the call of the path, which is not signed itself: a message to one call is no
 * message to another.
 */
export const isForItsCall = (request: FastifyRequest): boolean => {
  const { id } = request.params as { id?: string };
  return id !== undefined && String(request.headers['webhook-id']).startsWith(`${id}.`);
};

// Bodies that came in part: their signature is not known yet, so this is what a stranger can make us hold. A good
// line carries a result in less than a second, and an agent that is turned away comes again.
const MOST_UNPROVEN_PER_CLIENT = 16;
const MOST_UNPROVEN = 64;
const TRY_AGAIN_SECONDS = 2;

const plugin = async (app: FastifyInstance, options: { secret: string }): Promise<void> => {
  const signed = new WeakSet<FastifyRequest>();
  const parse = app.getDefaultJsonParser('error', 'error');

  const places = createPlaces(MOST_UNPROVEN_PER_CLIENT, MOST_UNPROVEN);

  app.addHook('onRequest', async (request) => {
    if (request.is404) return;
    if (!mayBeSigned(request.headers) || !isForItsCall(request)) throw unsigned();
    // The others hold little, and a call that goes on must not wait for them.
    if ((request.routeOptions.bodyLimit ?? 0) <= BODY_LIMIT_BYTES || request.raw.complete) return;
    const free = places.take(clientOf(request.ip));
    if (free === null) {
      throw new HttpError('rate_limited', 'Too many results are on their way at once; try again.', {
        headers: retryAfter(TRY_AGAIN_SECONDS),
      });
    }
    request.raw.once('close', free);
  });

  app.removeAllContentTypeParsers();
  // The signature covers the raw body, so it is looked at before the body is even parsed.
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const text = signedText(body);
    if (text === null || !isForItsCall(request) || !verifyReport(options.secret, request.headers, text))
      return done(unsigned(), undefined);
    signed.add(request);
    parse(request, text, done);
  });

  // A request without a body passes by the parser.
  app.addHook('preValidation', async (request) => {
    if (!signed.has(request)) throw unsigned();
  });
};

/** The agent's routes: the raw body must be signed with the secret that bridge and agent share. */
export const agentSignature = fp(plugin, { name: 'agent-signature', dependencies: ['authorization'] });
