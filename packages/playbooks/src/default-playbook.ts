import type { GrantedPlaybook } from '@outdial/telephony';

/** What the agent says and does when a call names no playbook: a helpful assistant. */
export const DEFAULT_PLAYBOOK: GrantedPlaybook = {
  name: 'default',
  language: 'en',
  voice: null,
  greeting: 'Hello, this is an automated assistant calling. How can I help you today?',
  instructions: 'Help the person with what they need.',
  tools: ['transfer_call', 'end_call'],
  transfer_targets: [],
  voicemail_message: null,
  recording_notice: 'This call is recorded. Tell me if you do not want that.',
  silence: { prompt_after_seconds: 10, prompts: ['Are you still there?', 'I cannot hear you.'] },
  result_schema: null,
};
