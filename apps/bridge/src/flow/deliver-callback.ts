import type { Logger } from '@outdial/runtime';
import { childTraceparent, traceFacts } from '@outdial/telephony';
import { toCallRecord } from '../domain/call-record.ts';
import { type Callback, webhookId } from '../domain/callback.ts';
import { type CallbackAnswer, judgeCallbackAnswer } from '../domain/callback-verdict.ts';
import { nextCallbackAttemptMs } from '../domain/retry-schedule.ts';
import type { CallStore, CallTransaction } from '../ports.ts';

/** Sends one callback, once. Never throws. */
export type SendCallback = (callback: {
  readonly url: string;
  readonly id: string;
  readonly body: string;
  /** Of this attempt alone; `null`: the call belongs to no trace. */
  readonly traceparent: string | null;
}) => Promise<CallbackAnswer>;

type Deps = {
  readonly calls: CallStore;
  readonly send: SendCallback;
  readonly log: Logger;
  /** A number from 0 to 1, so that callbacks that failed together do not come again together. */
  readonly random: () => number;
  /** Whether this bridge is on its way out: what it broke off itself counts as no attempt. */
  readonly stopping: () => boolean;
};

// Longer than the sender tries; a bridge that dies in between keeps nobody waiting for longer.
const CLAIM_MS = 30_000;

const bodyOf = async (tx: CallTransaction, callback: Callback): Promise<string | null> => {
  const locked = await tx.lockCall(callback.callId);
  if (locked === null) return null;
  const data = toCallRecord(locked.call, await tx.findCallbacksOf([callback.callId]));
  return JSON.stringify({ type: callback.event, timestamp: callback.createdAt.toISOString(), data });
};

type Claimed = {
  readonly callback: Callback;
  readonly traceparent: string | null;
  readonly body: string;
};

/** Takes the next callback of an address; its body is written down before it is sent for the first time. */
const claim = (deps: Deps, id: string): Promise<Claimed | null> =>
  deps.calls.transaction(async (tx) => {
    const claimed = await tx.claimCallback(id, CLAIM_MS);
    if (claimed === null) return null;
    const { callback, traceparent } = claimed;
    if (callback.body !== null) return { callback, traceparent, body: callback.body };
    const body = await bodyOf(tx, callback);
    if (body === null) return null;
    await tx.saveCallback(callback.id, { body });
    return { callback, traceparent, body };
  });

type Judged = {
  readonly change: Partial<Omit<Callback, 'id'>> & Pick<Callback, 'status'>;
  readonly nextAttemptAt: Date | null;
};

const judge = (callback: Callback, answer: CallbackAnswer, now: Date, jitter: number): Judged => {
  const attempts = callback.attempts + 1;
  const verdict = judgeCallbackAnswer(answer);
  const attempt = {
    attempts,
    claimedUntil: null,
    lastStatus: answer.status === 'answered' ? answer.httpStatus : null,
    lastError: verdict.status === 'delivered' ? null : verdict.detail,
  };
  const waitMs = verdict.status === 'retry' ? nextCallbackAttemptMs(callback.kind, attempts, jitter) : null;
  const nextAttemptAt = waitMs === null ? null : new Date(now.getTime() + waitMs);
  if (verdict.status === 'delivered') {
    return { change: { ...attempt, status: 'delivered', nextAttemptAt, deliveredAt: now }, nextAttemptAt };
  }
  return {
    change: { ...attempt, status: nextAttemptAt === null ? 'dead' : 'pending', nextAttemptAt },
    nextAttemptAt,
  };
};

/** Writes the attempt down and sets the alarm for the next one; null when somebody else took it over. */
const record = (deps: Deps, callback: Callback, answer: CallbackAnswer): Promise<Callback | null> =>
  deps.calls.transaction(async (tx) => {
    const { change, nextAttemptAt } = judge(callback, answer, await tx.readNow(), deps.random());
    const saved = await tx.endAttempt(callback, change);
    if (saved !== null && nextAttemptAt !== null) {
      await tx.setAlarm({ type: 'callback', id: callback.id }, nextAttemptAt);
    }
    return saved;
  });

const release = async (deps: Deps, callback: Callback): Promise<void> => {
  await deps.calls.transaction((tx) => tx.endAttempt(callback, { claimedUntil: null }));
};

/**
 * Delivers what is due for the address of this callback, one after the other, oldest first; nothing when
 * somebody is at it already. A bridge that dies in between leaves a claim that runs out, and the callback
 * is sent again: at least once.
 */
export const deliverCallbacks = async (deps: Deps, id: string): Promise<void> => {
  while (!deps.stopping()) {
    const claimed = await claim(deps, id);
    if (claimed === null) return;
    const { callback, traceparent, body } = claimed;
    const answer = await deps.send({
      url: callback.url,
      id: webhookId(callback),
      body,
      traceparent: traceparent === null ? null : childTraceparent(traceparent),
    });
    if (deps.stopping() && answer.status === 'failed') return release(deps, callback);
    const saved = await record(deps, callback, answer);
    const facts = {
      callbackId: callback.id,
      callId: callback.callId,
      ...traceFacts(traceparent),
      event: callback.event,
      attempt: callback.attempts + 1,
      httpStatus: answer.status === 'answered' ? answer.httpStatus : null,
    };
    if (saved === null) deps.log.warn(facts, 'somebody else took the callback over');
    else if (saved.status === 'delivered') deps.log.info(facts, 'callback delivered');
    else if (saved.status === 'dead') deps.log.error(facts, 'callback given up; it can be replayed');
    else deps.log.warn(facts, 'callback failed, it will be tried again');
  }
};

/** Sends a callback once more from the beginning of its schedule; the same event, id and body. */
export const replayCallback = (deps: Pick<Deps, 'calls'>, id: string): Promise<Callback | null> =>
  deps.calls.transaction(async (tx) => {
    const now = await tx.readNow();
    const callback = await tx.saveCallback(id, {
      status: 'pending',
      attempts: 0,
      nextAttemptAt: now,
      deliveredAt: null,
    });
    if (callback !== null) await tx.setAlarm({ type: 'callback', id }, null);
    return callback;
  });
