import type { FastifyReply } from 'fastify';

/** Aborted when the client of a request has gone, or has its answer. */
export const goneOf = (reply: FastifyReply): AbortSignal => {
  const gone = new AbortController();
  // Not of the socket: that one stays for the requests that follow, and would gather listeners.
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
};
