import type { FastifyReply } from 'fastify';

/** Aborted when the client of a request has gone before its answer was sent, or when that is over. */
export const goneOf = (reply: FastifyReply): AbortSignal => {
  const gone = new AbortController();
  // Not on the socket: it outlives the answer and would collect a listener for each request.
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
};
