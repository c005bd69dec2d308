import { DEFAULT_PLAYBOOK, playbookForCall } from '@outdial/playbooks';
import { type CallMetadata, type GrantedCall, parsePhoneNumber, toTransferUri } from '@outdial/telephony';
import type { AgentConfig } from './config.ts';

/** A dispatch made without the bridge, read as a call, or why it cannot be. */
export type DirectCall =
  | { readonly status: 'ok'; readonly call: GrantedCall }
  | { readonly status: 'invalid'; readonly reason: string };

/** Reads the metadata of `lk dispatch create` as a call; limits come from the agent's environment. */
export const callFromMetadata = (metadata: CallMetadata, config: AgentConfig): DirectCall => {
  const destination = parsePhoneNumber(metadata.destination, config.DEFAULT_COUNTRY);
  if (destination.status === 'invalid')
    return { status: 'invalid', reason: `destination: ${destination.reason}` };
  let transferTarget: string | null = null;
  if (metadata.transfer_target !== null) {
    const target = toTransferUri(metadata.transfer_target, { defaultCountry: config.DEFAULT_COUNTRY });
    if (target.status === 'invalid')
      return { status: 'invalid', reason: `transfer_target: ${target.reason}` };
    transferTarget = target.uri;
  }
  return {
    status: 'ok',
    call: {
      id: 'direct',
      destination: destination.number.e164,
      account_code: metadata.account_code,
      transfer_target: transferTarget,
      caller_id: metadata.caller_id,
      caller_name: metadata.caller_name,
      ring_timeout_seconds: config.RING_TIMEOUT_SECONDS,
      max_call_seconds: config.MAX_CALL_SECONDS,
      voicemail: 'hang_up',
      record: false,
      playbook: playbookForCall(DEFAULT_PLAYBOOK, { greeting: null, instructions: null, transferTarget }),
    },
  };
};
