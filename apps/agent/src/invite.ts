import { callerIdSettingsOf, fromSettingsOf } from '@outdial/runtime';
import {
  type CallerIdChoice,
  chooseCallerId,
  chooseCallerName,
  fromOf,
  type GrantedCall,
  toDialString,
} from '@outdial/telephony';
import type { AgentConfig } from './config.ts';
import type { Invite } from './ports.ts';

/** Caller ID of a call by the rules of the environment; the bridge's choice counts as the request. */
export const callerIdFor = (call: GrantedCall, config: AgentConfig): CallerIdChoice =>
  chooseCallerId(call.caller_id, call.destination, callerIdSettingsOf(config));

/** The account-code header of a call, on INVITE and on REFER alike; empty without an account code. */
export const accountCodeHeaders = (call: GrantedCall, config: AgentConfig): Record<string, string> =>
  call.account_code === null ? {} : { [config.ACCOUNT_CODE_HEADER]: call.account_code };

/** Everything that goes onto the INVITE of a call. */
export const buildInvite = (call: GrantedCall, callerId: string, config: AgentConfig): Invite => {
  const displayName = chooseCallerName(call.caller_name, config.SIP_DISPLAY_NAME);
  const from = fromOf(callerId, fromSettingsOf(config));
  return {
    dialString: toDialString(call.destination, config.SIP_DIAL_FORMAT, config.DEFAULT_COUNTRY),
    fromNumber: from.user,
    displayName,
    headers: { ...accountCodeHeaders(call, config), ...from.headers },
    participantMetadata: JSON.stringify({
      destination: call.destination.replace(/^\+/, ''),
      account_code: call.account_code,
      transfer_target: call.transfer_target,
      caller_id: callerId,
      caller_name: displayName,
    }),
    ringTimeoutSeconds: call.ring_timeout_seconds,
    maxCallSeconds: call.max_call_seconds,
  };
};
