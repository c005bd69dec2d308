import { callerIdSettingsOf } from '@outdial/runtime';
import {
  type CallerIdChoice,
  chooseCallerId,
  chooseCallerName,
  type GrantedCall,
  identityHeader,
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

/**
 * Everything that goes onto the INVITE of a call. With an identity header From is the auth ID and
 * the header carries the caller number (RFC 3325 section 9.1 for P-Asserted-Identity).
 */
export const buildInvite = (call: GrantedCall, callerId: string, config: AgentConfig): Invite => {
  const displayName = chooseCallerName(call.caller_name, config.SIP_DISPLAY_NAME);
  const headers = accountCodeHeaders(call, config);
  let fromNumber = callerId;
  if (config.SIP_IDENTITY_HEADER !== 'none' && config.SIP_FROM_IDENTITY !== null) {
    fromNumber = config.SIP_FROM_IDENTITY;
    const host = config.SIP_FROM_HOST ?? config.SIP_TRUNK_HOST ?? '';
    headers[config.SIP_IDENTITY_HEADER] = identityHeader(config.SIP_IDENTITY_HEADER, callerId, host);
  }
  return {
    dialString: toDialString(call.destination, config.SIP_DIAL_FORMAT, config.DEFAULT_COUNTRY),
    fromNumber,
    displayName,
    headers,
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
