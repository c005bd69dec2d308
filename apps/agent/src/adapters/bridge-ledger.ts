import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@outdial/runtime';
import {
  ALIVE_EVERY_MS,
  type CallOutcome,
  type CallReport,
  type Follows,
  type GrantAnswer,
  grantAnswerSchema,
  type LegAnswer,
  legAnswerSchema,
  reportAnswerSchema,
  type SpeechFacts,
} from '@outdial/telephony';
import type { CallLedger, CallStep, Grant } from '../ports.ts';
import type { BridgeClient } from './bridge-client.ts';
import { isSettled, type ReportSpool, type SpooledReport } from './report-spool.ts';

/** Which call of which bridge, and under which random token this job speaks for it. */
export type BridgeLedgerOptions = {
  readonly bridge: BridgeClient;
  readonly callId: string;
  readonly dispatch: number;
  readonly jobId: string;
  readonly token: string;
  readonly spool: ReportSpool;
  readonly log: Logger;
};

/** How long a job asks for its grant; the bridge dispatches again after this long without one. */
const GRANT_PATIENCE_MS = 5_000;
/** How long a job asks for a second leg, which may wait for the trunk's pace; the callee hears nothing meanwhile. */
const LEG_PATIENCE_MS = 4_000;
const REPORT_PATIENCE_MS = 5_000;
const RETRY_EVERY_MS = 250;
/** Whether callee and target talk decides what is cut when this process dies, an opt-out who is never called again. */
const TOLD_UNTIL_HEARD: ReadonlySet<string> = new Set(['transfer', 'opt_out']);
const NO_ANSWER = 'The agent did not hear in time that it may dial, so it did not.';

/** The ledger of a call that the bridge wrote down: grant and signed reports over HTTP. */
export const createBridgeLedger = (options: BridgeLedgerOptions): CallLedger => {
  const { bridge, log, callId, token } = options;
  let grantedAt = performance.now();
  let seq = 0;
  let alive: NodeJS.Timeout | undefined;
  let optedOut = false;
  let traceparent: string | null = null;
  let tellCancel = () => {};
  let line: Promise<unknown> = Promise.resolve();

  const send = async (body: string): Promise<'settled' | 'unreachable'> => {
    try {
      const response = await bridge(callId, 'reports', body, traceparent);
      const answer = reportAnswerSchema.safeParse(await response.json());
      if (response.ok && answer.success) {
        if (answer.data.cancel) tellCancel();
        return 'settled';
      }
      log.warn({ callId, status: response.status }, 'the bridge did not take a report');
      return isSettled(response.status) ? 'settled' : 'unreachable';
    } catch (error) {
      log.warn(
        { callId, reason: error instanceof Error ? error.message : String(error) },
        'the bridge cannot be reached',
      );
      return 'unreachable';
    }
  };

  const stamp = (step: Record<string, unknown>): string => {
    seq += 1;
    const atMs = Math.max(0, Math.round(performance.now() - grantedAt));
    return JSON.stringify({ token, seq, at_ms: atMs, ...step } as CallReport);
  };

  const enqueue = (step: CallStep | { type: 'alive' }) => {
    const body = stamp(step);
    if (step.type === 'opt_out') optedOut = true;
    line = line.then(() => (TOLD_UNTIL_HEARD.has(step.type) ? deliver(body) : send(body)));
  };

  const deliver = async (body: string): Promise<'settled' | 'unreachable'> => {
    const deadline = performance.now() + REPORT_PATIENCE_MS;
    do {
      if ((await send(body)) === 'settled') return 'settled';
      await pause(RETRY_EVERY_MS);
    } while (performance.now() < deadline);
    return 'unreachable';
  };

  return {
    grant: async (): Promise<Grant> => {
      const body = JSON.stringify({ token, dispatch: options.dispatch, job_id: options.jobId });
      const deadline = performance.now() + GRANT_PATIENCE_MS;
      while (performance.now() < deadline) {
        // The window is counted from before the question, so that the way of the answer is inside it.
        const askedAt = performance.now();
        const answer = await askGrant(() => bridge(callId, 'grant', body), log, callId);
        if (answer === null) {
          await pause(RETRY_EVERY_MS);
          continue;
        }
        if (!answer.granted) return { status: 'refused', reason: answer.reason };
        grantedAt = askedAt;
        ({ traceparent } = answer.call);
        alive = setInterval(() => enqueue({ type: 'alive' }), ALIVE_EVERY_MS);
        return { status: 'granted', call: answer.call, dialBefore: askedAt + answer.dial_within_ms };
      }
      // An answer that was lost may have been a grant: told so, the bridge need not guess what became of it.
      await deliver(stamp({ type: 'not_dialed', message: NO_ANSWER }));
      return { status: 'refused', reason: 'the bridge gave no answer' };
    },
    grantLeg: async ({ name }) => {
      const body = JSON.stringify({ token, target: name });
      const deadline = performance.now() + LEG_PATIENCE_MS;
      let reason: 'later' | 'unreachable' = 'unreachable';
      while (performance.now() < deadline) {
        const askedAt = performance.now();
        const answer = await askLeg(() => bridge(callId, 'legs', body, traceparent), log, callId);
        if (answer?.granted === true) {
          return { status: 'granted', dialBefore: askedAt + answer.dial_within_ms };
        }
        if (answer !== null && answer.reason !== 'later') {
          log.warn({ callId, reason: answer.reason, detail: answer.message }, 'no second leg is granted');
          return { status: 'refused', reason: answer.reason };
        }
        reason = answer === null ? 'unreachable' : 'later';
        await pause(answer?.after_ms ?? RETRY_EVERY_MS);
      }
      return { status: 'refused', reason };
    },
    watchesOver: true,
    note: (step) => enqueue(step),
    onCancel: (listener) => {
      let told = false;
      tellCancel = () => {
        if (told) return;
        told = true;
        listener();
      };
    },
    close: async (outcome: CallOutcome, follows: Follows, speech: SpeechFacts | null) => {
      clearInterval(alive);
      const more = { ...(optedOut && { opted_out: true }), ...(speech !== null && { speech }) };
      const body = stamp({ type: 'ended', outcome, follows, ...more });
      const spooled = await keep(options.spool, callId, body, log);
      return async () => {
        await Promise.race([line, pause(REPORT_PATIENCE_MS, undefined, { ref: false })]);
        if ((await deliver(body)) === 'settled') return spooled?.done();
        log.error({ callId }, 'the final report waits in the spool until the bridge takes it');
      };
    },
  };
};

/** A disk that cannot be written is no reason to keep the end from the bridge. */
const keep = async (
  spool: ReportSpool,
  callId: string,
  body: string,
  log: Logger,
): Promise<SpooledReport | null> => {
  try {
    return await spool.keep(callId, body);
  } catch (error) {
    log.error({ callId, reason: String(error) }, 'the final report cannot be written to AGENT_SPOOL_DIR');
    return null;
  }
};

const askLeg = async (
  ask: () => Promise<Response>,
  log: Logger,
  callId: string,
): Promise<LegAnswer | null> => {
  try {
    const response = await ask();
    const answer = legAnswerSchema.safeParse(await response.json());
    if (answer.success) return answer.data;
    log.error({ callId, status: response.status }, 'the bridge did not take the question for a second leg');
    return response.status >= 500 ? null : { granted: false, reason: 'final', after_ms: null, message: null };
  } catch (error) {
    log.warn(
      { callId, reason: error instanceof Error ? error.message : String(error) },
      'the bridge cannot be reached for a second leg',
    );
    return null;
  }
};

const askGrant = async (
  ask: () => Promise<Response>,
  log: Logger,
  callId: string,
): Promise<GrantAnswer | null> => {
  try {
    const response = await ask();
    const answer = grantAnswerSchema.safeParse(await response.json());
    if (answer.success && (response.ok || response.status === 409)) return answer.data;
    log.error(
      { callId, status: response.status },
      'the bridge refused to talk; is AGENT_REPORT_SECRET the same on both sides?',
    );
    return response.status >= 500 ? null : { granted: false, reason: 'final' };
  } catch (error) {
    log.warn(
      { callId, reason: error instanceof Error ? error.message : String(error) },
      'the bridge cannot be reached for the grant',
    );
    return null;
  }
};
