import { DEFAULT_PLAYBOOK, playbookForCall } from '@outdial/playbooks';
import type { GrantedCall } from '@outdial/telephony';

/** A call as the bridge grants it, to the lab's answering phone. */
export const testCall = (changes: Partial<GrantedCall> = {}): GrantedCall => ({
  id: 'call_01',
  destination: '+61491570156',
  account_code: 'em-tech-01',
  transfer_target: 'tel:+61255500100',
  caller_id: 'LiveKitNehosHosted',
  caller_name: 'LiveKit Nehos Hosted',
  ring_timeout_seconds: 30,
  max_call_seconds: 600,
  voicemail: 'hang_up',
  record: false,
  traceparent: null,
  playbook: playbookForCall(DEFAULT_PLAYBOOK, {
    greeting: null,
    instructions: null,
    transferTarget: changes.transfer_target === undefined ? 'tel:+61255500100' : changes.transfer_target,
  }),
  ...changes,
});
