import { DEFAULT_PLAYBOOK, playbookForCall } from '@outdial/playbooks';
import {
  DIAL_WITHIN_MS,
  type GrantAnswer,
  type GrantedCall,
  type GrantedPlaybook,
  type GrantRequest,
  isFinal,
} from '@outdial/telephony';
import type { CallEvent } from '../domain/advance-call.ts';
import type { Call } from '../domain/call.ts';
import type { DialSettings } from '../domain/guard-rails.ts';
import type { CallStore, CallTransaction, LockedCall } from '../ports.ts';
import { advance } from './advance.ts';
import { findDoNotCallProblem } from './find-do-not-call.ts';
import { findHold, holdEvent } from './find-hold.ts';

type Deps = { readonly calls: CallStore; readonly settings: DialSettings };

/** What the job is told, and the call as it stands now. */
export type GrantResult = { readonly answer: GrantAnswer; readonly call: Call };

/** What the agent is to say and do in this call. */
export const playbookOf = (call: Call): GrantedPlaybook =>
  call.grantedPlaybook ?? playbookForCall(DEFAULT_PLAYBOOK, call);

const toGrantedCall = (call: Call): GrantedCall => ({
  id: call.id,
  destination: call.destination,
  account_code: call.accountCode,
  transfer_target: call.transferTarget,
  caller_id: call.callerId,
  caller_name: call.callerName,
  ring_timeout_seconds: call.ringTimeoutSeconds,
  max_call_seconds: call.maxCallSeconds,
  voicemail: call.voicemail,
  record: call.record,
  playbook: playbookOf(call),
  traceparent: call.traceparent,
});

// A clock that was set back since the grant would else give the job more time than it ever had.
const leftMs = (call: Call, now: Date): number =>
  Math.min(DIAL_WITHIN_MS, Math.max(0, (call.grantExpiresAt?.getTime() ?? 0) - now.getTime()));

/** What the rails make of a job's question now; a call may have been dispatched a minute ago. */
const eventOf = async (
  tx: CallTransaction,
  { call, now }: LockedCall,
  settings: DialSettings,
  { token, dispatch, job_id: jobId }: GrantRequest,
): Promise<CallEvent | 'paused'> => {
  if (call.status === 'dispatched' && call.cancelRequestedAt === null) {
    // Its callee may have asked for no more calls, in another call, since this one was dispatched.
    const message = await findDoNotCallProblem(tx, call, settings);
    if (message !== null) return { type: 'blocked', message };
    // The call stays as it is, and is dispatched again when the pause is over.
    if ((await tx.holdSwitch()) !== null) return 'paused';
    const hold = await findHold(tx, call, settings, now);
    if (hold !== null) return holdEvent(hold, call);
  }
  return { type: 'granted', token, dispatch, jobId };
};

/**
 * Lets one job dial, once: claim and intent to dial in one change of a locked row. The same token may
 * ask again, because its answer may have been lost, and gets the same grant with the time that is left.
 * `null`: there is no such call.
 */
export const grantCall = (deps: Deps, id: string, request: GrantRequest): Promise<GrantResult | null> =>
  deps.calls.transaction(async (tx) => {
    const locked = await tx.lockCall(id);
    if (locked === null) return null;
    const event = await eventOf(tx, locked, deps.settings, request);
    if (event === 'paused') return { answer: { granted: false, reason: 'paused' }, call: locked.call };
    const { call } = await advance(tx, locked, event);
    return { answer: answerOf(call, request.token, locked.now), call };
  });

const answerOf = (call: Call, token: string, now: Date): GrantAnswer => {
  if (call.cancelRequestedAt !== null) return { granted: false, reason: 'canceled' };
  if (isFinal(call.status)) return { granted: false, reason: 'final' };
  if (call.grantToken === token) {
    return { granted: true, dial_within_ms: leftMs(call, now), call: toGrantedCall(call) };
  }
  const expired = call.grantToken === null && call.notAfter <= now;
  return { granted: false, reason: expired ? 'expired' : 'taken' };
};
