import { parseConfig } from '@outdial/runtime';
import { type AgentConfig, agentConfigSchema } from '../src/config.ts';

/** A valid environment of the agent, with what a test changes. */
export const testConfig = (changes: Record<string, string> = {}): AgentConfig =>
  parseConfig(agentConfigSchema, {
    LIVEKIT_URL: 'ws://127.0.0.1:7880',
    LIVEKIT_API_KEY: 'key',
    LIVEKIT_API_SECRET: 'secret',
    AGENT_REPORT_SECRET: 'report-secret-of-at-least-32-characters',
    SIP_TRUNK_HOST: 'sip.example.com',
    ALLOW_FICTITIOUS_NUMBERS: 'true',
    ...changes,
  });
