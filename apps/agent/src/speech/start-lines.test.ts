import { expect, test } from 'vitest';
import { testConfig } from '../../test/config.ts';
import { chooseModels } from './choice.ts';
import { startLines } from './start-lines.ts';

test('one line a part: what was chosen, where it is, why', () => {
  const lines = startLines(chooseModels(testConfig()));
  expect(lines.map(({ text }) => text)).toEqual([
    'speech to text',
    'language model',
    'voice',
    'fallback voice',
    'voice activity detection',
    'turn detection',
  ]);
  expect(lines[2]?.facts).toEqual({
    chosen: 'cartesia',
    model: 'sonic-3',
    voice: '9626c31c-bec5-4cca-baa8-f8ba9e84c8bc',
    host: 'api.cartesia.ai',
    why: 'CARTESIA_API_KEY is set',
  });
  expect(lines[3]?.facts.chosen).toBe('none');
  expect(JSON.stringify(lines)).not.toContain('cartesia-key');
});
