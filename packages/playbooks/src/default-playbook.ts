import type { GrantedPlaybook } from '@outdial/telephony';
import type { Playbook } from './playbook.ts';

/** What the agent says and does when a call names no playbook: a helpful assistant. */
export const DEFAULT_PLAYBOOK: GrantedPlaybook = {
  name: 'default',
  language: 'en',
  voice: null,
  greeting: 'Hello, this is an automated assistant calling. How can I help you today?',
  instructions: 'Help the person with what they need.',
  tools: ['transfer_call', 'end_call'],
  transfer_targets: [],
  voicemail_message: 'Hello, this is an automated assistant calling. I am sorry that I missed you. Goodbye.',
  recording_notice: 'This call is recorded. Tell me if you do not want that.',
  silence: { prompt_after_seconds: 10, prompts: ['Are you still there?', 'I cannot hear you.'] },
  result_schema: null,
};

/** The same as a playbook of its own, for a folder that has no `default.md`. */
export const BUILT_IN_PLAYBOOK: Playbook = {
  ...DEFAULT_PLAYBOOK,
  description: 'A helpful assistant, for calls that name no playbook.',
  transfer_targets: [],
  max_call_seconds: null,
  variables: [],
};
