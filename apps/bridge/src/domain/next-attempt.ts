import { isFinal } from '@outdial/telephony';
import type { Call, NewCall } from './call.ts';

/** Minutes until the second and the third attempt where the request names none. */
export const DEFAULT_RETRY_MINUTES = [30, 120] as const;
/** A call that could not start within this long after its time is not placed, unless `not_after` says otherwise. */
export const DEFAULT_NOT_AFTER_MS = 60 * 60 * 1000;

/** A call that repeats another: everything that was asked for, without its key. */
export type Repetition = Omit<NewCall, 'id'>;

const repetitionOf = (
  call: Call,
): Omit<Repetition, 'apiKeyName' | 'attempt' | 'maxAttempts' | 'retryOf' | 'scheduledFor' | 'notAfter'> => ({
  idempotencyKey: null,
  requestDigest: call.requestDigest,
  fingerprint: call.fingerprint,
  traceparent: call.traceparent,
  destination: call.destination,
  accountCode: call.accountCode,
  transferTarget: call.transferTarget,
  callerId: call.callerId,
  callerIdSource: call.callerIdSource,
  callerName: call.callerName,
  trunk: call.trunk,
  playbook: call.playbook,
  grantedPlaybook: call.grantedPlaybook,
  variables: call.variables,
  greeting: call.greeting,
  instructions: call.instructions,
  metadata: call.metadata,
  voicemail: call.voicemail,
  record: call.record,
  retryMinutes: call.retryMinutes,
  ringTimeoutSeconds: call.ringTimeoutSeconds,
  maxCallSeconds: call.maxCallSeconds,
  notAfterGiven: call.notAfterGiven,
});

/**
 * The further attempt that follows a call that has just ended, a call of its own with its own single
 * dial; `null`: this was the last. Only busy and no_answer are tried again, and never what somebody
 * asked to end. `now` is the database clock.
 */
export const nextAttempt = (call: Call, now: Date): Repetition | null => {
  if (!isFinal(call.status) || call.cancelRequestedAt !== null) return null;
  if (call.status !== 'busy' && call.status !== 'no_answer') return null;
  if (call.attempt >= call.maxAttempts) return null;
  const minutes = call.retryMinutes ?? DEFAULT_RETRY_MINUTES;
  const wait = minutes[call.attempt - 1] ?? minutes.at(-1) ?? DEFAULT_RETRY_MINUTES[1];
  const scheduledFor = new Date(now.getTime() + wait * 60_000);
  const notAfter = call.notAfterGiven
    ? call.notAfter
    : new Date(scheduledFor.getTime() + DEFAULT_NOT_AFTER_MS);
  if (scheduledFor >= notAfter) return null;
  return {
    ...repetitionOf(call),
    apiKeyName: call.apiKeyName,
    attempt: call.attempt + 1,
    maxAttempts: call.maxAttempts,
    retryOf: call.attempt === 1 ? call.id : call.retryOf,
    scheduledFor,
    notAfter,
  };
};

/** A call that somebody asks to be placed once more: who, and when it may start. */
export const retryOf = (
  call: Call,
  asked: Pick<Repetition, 'apiKeyName' | 'scheduledFor' | 'notAfter'>,
): Repetition => ({
  ...repetitionOf(call),
  ...asked,
  attempt: 1,
  maxAttempts: 1,
  retryOf: call.id,
  notAfterGiven: false,
});
