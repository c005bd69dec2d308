import { type GrantAnswer, type GrantedCall, type GrantRequest, isFinal } from '@outdial/telephony';
import type { Call } from '../domain/call.ts';
import type { CallStore } from '../ports.ts';

type Deps = { readonly calls: CallStore };

const toGrantedCall = (call: Call): GrantedCall => ({
  id: call.id,
  destination: call.destination,
  account_code: call.accountCode,
  transfer_target: call.transferTarget,
  caller_id: call.callerId,
  caller_name: call.callerName,
  ring_timeout_seconds: call.ringTimeoutSeconds,
  max_call_seconds: call.maxCallSeconds,
  greeting: call.greeting,
  instructions: call.instructions,
});

/**
 * Lets one job dial, once. The same token may ask again, because its answer may have been lost, and
 * gets the same grant with the time that is left. `null`: there is no such call.
 */
export const grantCall = async (
  deps: Deps,
  id: string,
  request: GrantRequest,
): Promise<GrantAnswer | null> => {
  await deps.calls.grant({ id, token: request.token, dispatch: request.dispatch, jobId: request.job_id });
  const found = await deps.calls.findWithGrantTime(id);
  if (found === null) return null;
  const { call, leftMs, expired } = found;
  if (call.cancelRequestedAt !== null) return { granted: false, reason: 'canceled' };
  if (isFinal(call.status)) return { granted: false, reason: 'final' };
  if (call.grantToken === request.token) {
    return { granted: true, dial_within_ms: leftMs, call: toGrantedCall(call) };
  }
  if (call.grantToken === null && expired) return { granted: false, reason: 'expired' };
  return { granted: false, reason: 'taken' };
};
