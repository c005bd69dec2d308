import type { FastifyRequest } from 'fastify';

/** Aborted when the client of a request has gone. */
export const goneOf = (request: FastifyRequest): AbortSignal => {
  const gone = new AbortController();
  request.raw.socket.once('close', () => gone.abort());
  return gone.signal;
};
