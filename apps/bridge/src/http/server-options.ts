import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyHttpOptions } from 'fastify';
import { ERRORS, type ErrorCode, errorBody, HttpError } from '../errors.ts';
import { sendError } from './plugins/error-answers.ts';

/** The largest body of a request, in bytes. */
export const BODY_LIMIT_BYTES = 32 * 1024;
/** Connections at once; more are closed as they come, before they can take memory and file handles. */
export const MOST_CONNECTIONS = 1_024;
/** Those of one client. Waiting requests and streams of a busy workflow host have room; one host never has all. */
export const MOST_CONNECTIONS_PER_CLIENT = 256;
const HEADERS_TIMEOUT_MS = 10_000;
// The slow-request plugin keeps the limit of each route; this is above the longest.
const REQUEST_TIMEOUT_MS = 15 * 60 * 1000;
// Node looks for connections beyond these two limits only every 30 s by itself.
const TIMEOUTS_CHECKED_EVERY_MS = 2_000;
// An idle connection; above the longest answer that will be waited for.
const CONNECTION_TIMEOUT_MS = 60_000;
const KEEP_ALIVE_TIMEOUT_MS = 10_000;

const clientErrorCode = (code: string | undefined): ErrorCode => {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request_timeout';
  return code === 'HPE_HEADER_OVERFLOW' ? 'headers_too_large' : 'malformed_request';
};

const answerOnSocket = (socket: Socket, code: ErrorCode, detail: string): void => {
  const { status } = ERRORS[code];
  const body = JSON.stringify(errorBody(code, detail));
  if (socket.writable) {
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  }
};

// What cannot even be read as HTTP never reaches a route; it still gets the same body.
const answerClientError = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  answerOnSocket(socket, clientErrorCode(error.code), 'The request could not be read as HTTP.');
  socket.destroy(error);
};

/** Ends a connection whose request does not come to its end. */
export const giveUpRequest = (socket: Socket): void => {
  answerOnSocket(socket, 'request_timeout', 'The body of the request came too slowly.');
  socket.destroySoon();
};

/** Limits and manners of the HTTP server. Node's and Fastify's own defaults wait for ever in places. */
export const serverOptions = (trustProxy: readonly string[]): FastifyHttpOptions<Server> => ({
  logger: false,
  bodyLimit: BODY_LIMIT_BYTES,
  requestTimeout: REQUEST_TIMEOUT_MS,
  connectionTimeout: CONNECTION_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
  // A request without Host is answered by the error-answers plugin; Node's own answer has no body.
  http: {
    requireHostHeader: false,
    headersTimeout: HEADERS_TIMEOUT_MS,
    connectionsCheckingInterval: TIMEOUTS_CHECKED_EVERY_MS,
  },
  forceCloseConnections: 'idle',
  // Its body has a top-level `error`; the shutdown plugin answers instead.
  return503OnClosing: false,
  onProtoPoisoning: 'error',
  onConstructorPoisoning: 'error',
  trustProxy: trustProxy.length === 0 ? false : [...trustProxy],
  clientErrorHandler: answerClientError,
  frameworkErrors: (error, request, reply) => {
    const tooLong = error.code === 'FST_ERR_MAX_PARAM_LENGTH';
    const code = tooLong ? 'url_too_long' : 'malformed_request';
    // biome-ignore lint/suspicious/noExplicitAny: Fastify types these two without a route
    sendError(request as any, reply as any, new HttpError(code, 'The address could not be read.'));
  },
});
