import job from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import type { JobContext } from '@livekit/agents';
import { RoomEvent } from '@livekit/rtc-node';
import type { Logger } from '@outdial/runtime';
import { type CallEndLatch, ownError } from '../call-end.ts';

const JOIN_LIMIT_MS = 10_000;
const LEAVE_LIMIT_MS = 1_000;
/** How long a process that is told to exit may take to end its call. */
const EXIT_LIMIT_MS = 12_000;

const isShutdownRequest = (message: unknown): boolean =>
  typeof message === 'object' && message !== null && 'case' in message && message.case === 'shutdownRequest';

/** Ends the call in order when its job process is in trouble, instead of dying with it. */
export const guardJob = (end: CallEndLatch, log: Logger, process: NodeJS.EventEmitter = job): void => {
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
  // A job whose worker was killed lives 15 s more: enough to hang up and report, so it begins at once.
  process.on('disconnect', () => {
    log.error('the worker died; the call is ended');
    end.decide(ownError('The worker of this call died, and the call was ended.'));
  });
};

/**
 * Lets the process exit only when the call is `over`, after 12 s at the latest: agents-js ends a job 15 s after the
 * last word of its worker, whatever runs in it. A worker or a job that was stopped for so long is one case.
 */
export const endBeforeExit = (
  end: CallEndLatch,
  over: Promise<unknown>,
  process: { exit(code?: number): unknown } = job,
): void => {
  const exit = process.exit.bind(process);
  process.exit = (code) => {
    end.decide(ownError('The worker of this call fell silent, and the call was ended.'));
    void Promise.race([over, pause(EXIT_LIMIT_MS)]).finally(() => exit(code));
  };
};

/** Joins the room. A join that hangs would leave an answered callee alone with silence: it rejects. */
export const joinRoom = async (ctx: Pick<JobContext, 'connect'>): Promise<void> => {
  const late = pause(JOIN_LIMIT_MS, 'late' as const, { ref: false });
  if ((await Promise.race([ctx.connect(), late])) === 'late') {
    throw new Error(`no connection to LiveKit's media after ${JOIN_LIMIT_MS / 1000} s`);
  }
};

/**
 * Lets the job process go as soon as it is out of the room: all is told and taken down. The framework closes the
 * session as well, but keeps one that never spoke at that for seconds, and the job counts as a call for as long.
 */
export const leaveJob = (ctx: Pick<JobContext, 'shutdown' | 'room'>): void => {
  const { room } = ctx;
  const left = new Promise<void>((resolve) => {
    if (room.isConnected) room.once(RoomEvent.Disconnected, () => resolve());
    else resolve();
  });
  void Promise.race([left, pause(LEAVE_LIMIT_MS)]).then(() => job.exit(0));
  ctx.shutdown('call over');
};
