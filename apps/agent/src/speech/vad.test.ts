import { initializeLogger } from '@livekit/agents';
import { beforeAll, expect, test } from 'vitest';
import { testConfig } from '../../test/config.ts';
import { loadVad } from './vad.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

test.each([
  ['silero with its own silence', {}, 'silero.VAD', 550],
  ['silero with ours', { VAD_MIN_SILENCE_MS: '400' }, 'silero.VAD', 400],
  ['the built-in one with its own silence', { VAD: 'builtin' }, 'inference.VAD', 250],
  ['the built-in one with ours', { VAD: 'builtin', VAD_MIN_SILENCE_MS: '700' }, 'inference.VAD', 700],
])('%s', async (_case, env, label, minSilenceDuration) => {
  expect(await loadVad(testConfig(env))).toMatchObject({ label, minSilenceDuration });
});

test('off is none', async () => {
  expect(await loadVad(testConfig({ VAD: 'off' }))).toBeNull();
});
