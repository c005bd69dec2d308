import { dialPolicyOf, transferHostsOf } from '@outdial/runtime';
import {
  ACCOUNT_CODE_PATTERN,
  checkDialPolicy,
  checkTransferPolicy,
  DEFAULT_TRANSFER_TARGET,
  type GrantedCall,
  toTransferUri,
} from '@outdial/telephony';
import type { CallEnd } from './call-end.ts';
import type { AgentConfig } from './config.ts';
import { callerIdFor } from './invite.ts';

/** A call that may be dialled with this caller ID, or the end it gets instead. */
export type RailsVerdict =
  | { readonly status: 'allowed'; readonly callerId: string; readonly warning: string | null }
  | { readonly status: 'refused'; readonly end: CallEnd };

/**
 * The rails that need no history, held by the agent as well as at the bridge's door: a dispatch
 * made without the bridge passes here only.
 */
export const checkRails = (call: GrantedCall, config: AgentConfig): RailsVerdict => {
  const refused = (message: string): RailsVerdict => ({
    status: 'refused',
    end: { reason: 'blocked', hungUpBy: null, message },
  });
  const caller = callerIdFor(call, config);
  if (caller.status === 'missing') return refused(caller.reason);
  const policy = dialPolicyOf(config);
  const verdict = checkDialPolicy({ destination: call.destination, callerId: caller.callerId }, policy);
  if (verdict.status === 'refused') return refused(verdict.reason);
  if (call.account_code !== null && !ACCOUNT_CODE_PATTERN.test(call.account_code)) {
    return refused('account_code: use letters, digits, ".", "_" and "-", at most 64.');
  }
  const options = { defaultCountry: policy.defaultCountry, allowedHosts: transferHostsOf(config) };
  for (const { name, uri } of call.playbook.transfer_targets) {
    const target = toTransferUri(uri, options);
    const transfer = target.status === 'invalid' ? target : checkTransferPolicy(target, policy);
    const field = name === DEFAULT_TRANSFER_TARGET ? 'transfer_target' : `transfer target ${name}`;
    if (transfer.status !== 'allowed') return refused(`${field}: ${transfer.reason}`);
  }
  return { status: 'allowed', callerId: caller.callerId, warning: caller.warning };
};
