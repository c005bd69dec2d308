import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { clientOf } from '../../domain/address-range.ts';
import { HttpError } from '../../errors.ts';
import { retryAfter } from '../retry-after.ts';

const WINDOW_MS = 60_000;
// A burst of work is queued, never refused: these stop floods and guessing, not use.
const PER_KEY = 3_000;
const PER_ADDRESS = 120;
const PER_AGENT_ADDRESS = 30_000;

const isSigned = (request: FastifyRequest): boolean => request.routeOptions.config.access === 'signed';

const countedAs = (request: FastifyRequest): string => {
  if (request.apiKey !== null) return `key ${request.apiKey.name}`;
  return `${isSigned(request) ? 'agent' : 'address'} ${clientOf(request.ip)}`;
};

const limitFor = (request: FastifyRequest): number => {
  if (request.apiKey !== null) return PER_KEY;
  return isSigned(request) ? PER_AGENT_ADDRESS : PER_ADDRESS;
};

const plugin = async (app: FastifyInstance): Promise<void> => {
  await app.register(rateLimit, {
    global: true,
    timeWindow: WINDOW_MS,
    max: limitFor,
    keyGenerator: countedAs,
    // The answer's headers tell a limit only when it is reached.
    addHeadersOnExceeding: {
      'x-ratelimit-limit': false,
      'x-ratelimit-remaining': false,
      'x-ratelimit-reset': false,
    },
    errorResponseBuilder: (_request, context) =>
      new HttpError('rate_limited', `Too many requests; try again in ${context.after}.`),
  });

  // The plugin counts routes only; addresses without one are where guessing begins.
  const countMissing = app.createRateLimit({ timeWindow: WINDOW_MS, max: limitFor, keyGenerator: countedAs });
  app.addHook('onRequest', async (request) => {
    if (!request.is404) return;
    const count = await countMissing(request);
    if (count.isAllowed || !count.isExceeded) return;
    throw new HttpError('rate_limited', `Too many requests; try again in ${count.ttlInSeconds} seconds.`, {
      headers: retryAfter(count.ttlInSeconds),
    });
  });
};

/** Counts requests by key name, or by address where there is none: 429 with `Retry-After` beyond the limit. */
export const floodStop = fp(plugin, { name: 'flood-stop', dependencies: ['authorization'] });
