import type { GrantedPlaybook } from '@outdial/telephony';

/** What the agent says and does when a call names no playbook: a helpful assistant. */
export const DEFAULT_PLAYBOOK: GrantedPlaybook = {
  name: 'default',
  language: 'en',
  voice: null,
  greeting: 'Hello, this is an automated assistant calling. How can I help you today?',
  instructions: 'Help the person with what they need.',
  tools: ['transfer_call', 'end_call', 'send_dtmf'],
  transfer_targets: [],
  voicemail_message: 'Hello, this is an automated assistant calling. I am sorry that I missed you. Goodbye.',
  recording_notice: null,
  silence: { prompt_after_seconds: 10, prompts: ['Are you still there?', 'I cannot hear you.'] },
  result_schema: null,
};
