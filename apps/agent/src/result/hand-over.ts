import { isStillRunning, type Logger } from '@outdial/runtime';
import { traceFacts } from '@outdial/telephony';
import type { KeepsakeClient } from '../adapters/keepsake-client.ts';
import { isSettled } from '../adapters/report-spool.ts';
import type { Aftermath, AftermathSpool } from './aftermath-spool.ts';
import type { AskModel } from './ask-model.ts';
import { fillResult } from './fill-result.ts';

/** What the bridge never takes, however often it is sent: too large, or nothing that it can store. */
const NEVER_TAKEN = [400, 413, 415, 422];
const RETRY_AFTER_MS = 5_000;
/** Calls whose model is asked at the same time. */
const AT_ONCE = 4;

const factsOf = (aftermath: Aftermath) => ({
  callId: aftermath.call_id,
  ...traceFacts(aftermath.traceparent),
});

/** Hands over what jobs left. */
export type HandOver = {
  /** Looks once and begins with what is new; resolves when all that is under way is done. Never throws. */
  round(): Promise<void>;
};

/**
 * The worker's parent process makes the result of each ended call and hands it over with transcript and
 * recording: a job whose process is gone, or a bridge that is away, loses nothing, and no place of the
 * trunk waits for a model.
 */
export const createHandOver = (options: {
  readonly spool: AftermathSpool;
  readonly client: KeepsakeClient;
  readonly ask: AskModel;
  readonly log: Logger;
}): HandOver => {
  const { spool, client, log } = options;
  const underWay = new Map<string, Promise<void>>();
  const notBefore = new Map<string, number>();

  const isReady = (aftermath: Aftermath): boolean => aftermath.complete || !isStillRunning(aftermath);

  const fill = async (aftermath: Aftermath): Promise<NonNullable<Aftermath['filled']>> => {
    if (aftermath.filled !== null) return aftermath.filled;
    const { turns, result_schema, language, is_machine } = aftermath;
    const heard = { turns, resultSchema: result_schema, language, isMachine: is_machine };
    const filled = await fillResult(heard, options.ask);
    if (filled.problem !== null) log.warn(factsOf(aftermath), 'no result could be made of a call');
    // A bridge that is away must not make the model be asked again.
    await spool.keep({ ...aftermath, complete: true, filled });
    return filled;
  };

  const isTaken = (aftermath: Aftermath, what: string, status: number): boolean => {
    if (status >= 200 && status < 300) return true;
    log.warn({ ...factsOf(aftermath), what, status }, 'the bridge did not take what was kept of a call');
    return isSettled(status) || NEVER_TAKEN.includes(status);
  };

  const handOver = async (aftermath: Aftermath): Promise<boolean> => {
    const { call_id: callId, token, traceparent, turns, recording } = aftermath;
    const filled = await fill(aftermath);
    const result = { token, transcript: turns, recording: recording !== null, ...filled };
    if (!isTaken(aftermath, 'result', await client.sendResult(callId, result, traceparent))) return false;
    if (recording === null) return true;
    // One that was damaged on its way is sent again; each of the others would be refused for ever.
    const status = await client.sendRecording(callId, token, recording, traceparent);
    return status !== 400 && isTaken(aftermath, 'recording', status);
  };

  const deliver = async (callId: string): Promise<void> => {
    try {
      const aftermath = await spool.read(callId);
      if (!isReady(aftermath)) return;
      if (await handOver(aftermath)) {
        notBefore.delete(callId);
        return await spool.remove(callId);
      }
    } catch (error) {
      log.warn({ callId, reason: reasonOf(error) }, 'what was kept of a call stays in the spool');
    }
    notBefore.set(callId, performance.now() + RETRY_AFTER_MS);
  };

  return {
    round: async () => {
      const due = (await spool.list()).filter(
        (callId) => !underWay.has(callId) && (notBefore.get(callId) ?? 0) <= performance.now(),
      );
      for (const callId of due.slice(0, Math.max(0, AT_ONCE - underWay.size))) {
        underWay.set(
          callId,
          deliver(callId).finally(() => underWay.delete(callId)),
        );
      }
      await Promise.all(underWay.values());
    },
  };
};

/** Of a file that is not ours zod would write the very words. */
const reasonOf = (error: unknown): string =>
  error instanceof Error && error.name === 'ZodError' ? 'the file cannot be read' : String(error);
