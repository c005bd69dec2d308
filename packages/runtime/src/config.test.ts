import { expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigError, parseConfig } from './config.ts';

const schema = z.object({
  LIVEKIT_URL: z.string().describe('LiveKit server'),
  BRIDGE_PORT: z.coerce.number('must be a port').int().max(65535, 'must be at most 65535').default(8080),
  LOG_LEVEL: z.enum(['info', 'debug']).default('info'),
});

test('gives the parsed values with their defaults', () => {
  expect(parseConfig(schema, { LIVEKIT_URL: 'ws://x', BRIDGE_PORT: '81' })).toEqual({
    LIVEKIT_URL: 'ws://x',
    BRIDGE_PORT: 81,
    LOG_LEVEL: 'info',
  });
});

test('names every problem at once, each with its mend', () => {
  const problems = (() => {
    try {
      parseConfig(schema, { BRIDGE_PORT: '70000', LOG_LEVEL: 'loud' });
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
    }
    return [];
  })();
  expect(problems).toHaveLength(3);
  expect(problems[0]).toBe('LIVEKIT_URL is not set. LiveKit server');
  expect(problems[1]).toContain('BRIDGE_PORT: must be at most 65535');
  expect(problems[2]).toContain('LOG_LEVEL');
});
