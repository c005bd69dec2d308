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
  greeting: null,
  instructions: null,
  ...changes,
});
