import { parseConfig } from '@outdial/runtime';
import { type AgentConfig, agentConfigSchema } from '../src/config.ts';

/** A valid environment of the agent, with what a test changes; an empty value is an unset one. */
export const testConfig = (changes: Record<string, string> = {}): AgentConfig => {
  const environment = {
    LIVEKIT_URL: 'ws://127.0.0.1:7880',
    LIVEKIT_API_KEY: 'key',
    LIVEKIT_API_SECRET: 'secret',
    AGENT_REPORT_SECRET: 'report-secret-of-at-least-32-characters',
    SIP_TRUNK_HOST: 'sip.example.com',
    ALLOW_FICTITIOUS_NUMBERS: 'true',
    CARTESIA_API_KEY: 'cartesia-key',
    OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1',
    ...changes,
  };
  const set = Object.entries(environment).filter(([, value]) => value !== '');
  return parseConfig(agentConfigSchema, Object.fromEntries(set));
};
