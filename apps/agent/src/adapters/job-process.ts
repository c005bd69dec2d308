import { setTimeout as pause } from 'node:timers/promises';
import type { JobContext } from '@livekit/agents';
import type { Logger } from '@outdial/runtime';
import { type CallEndLatch, ownError } from '../call-end.ts';

const JOIN_LIMIT_MS = 10_000;
const SESSION_CLOSE_MS = 3_000;

const isShutdownRequest = (message: unknown): boolean =>
  typeof message === 'object' && message !== null && 'case' in message && message.case === 'shutdownRequest';

/** Ends the call in order when its job process is in trouble, instead of dying with it. */
export const guardJob = (end: CallEndLatch, log: Logger): void => {
  // A throw outside of any promise chain would kill the process without a word, and the call with it.
  process.on('uncaughtException', (error) => {
    log.error({ err: error }, 'uncaught exception in the job');
    end.decide(ownError(`An internal error ended the call: ${error.message}`));
  });
  // agents-js itself logs these at debug only.
  process.on('unhandledRejection', (reason) =>
    log.error({ reason: String(reason) }, 'unhandled rejection in the job'),
  );
  // agents-js tells a job of its worker's shutdown only after the entry returned, or 15 s later; the
  // message itself comes at once.
  process.on('message', (message) => {
    if (isShutdownRequest(message)) end.decide(ownError('The worker was shut down during the call.'));
  });
};

/** Joins the room. A join that hangs would leave an answered callee alone with silence: it rejects. */
export const joinRoom = async (ctx: Pick<JobContext, 'connect'>): Promise<void> => {
  const late = pause(JOIN_LIMIT_MS, 'late' as const, { ref: false });
  if ((await Promise.race([ctx.connect(), late])) === 'late') {
    throw new Error(`no connection to LiveKit's media after ${JOIN_LIMIT_MS / 1000} s`);
  }
};

/**
 * Lets the job process go. The framework closes the session now; a speech-to-text stream that is cut
 * while it connects can keep it at that for a minute, and a worker counts the job as a call for as long.
 */
export const leaveJob = (ctx: Pick<JobContext, 'shutdown'>, log: Logger): void => {
  setTimeout(() => {
    log.debug('the session did not close in time; the job process ends');
    process.exit(0);
  }, SESSION_CLOSE_MS).unref();
  ctx.shutdown('call over');
};
