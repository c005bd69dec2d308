import { inference, initializeLogger } from '@livekit/agents';
import { beforeAll, expect, test } from 'vitest';
import { testConfig } from '../test/config.ts';
import { testLog } from '../test/log.ts';
import { buildModels, silentAfterMs, turnDetectionFor } from './models.ts';

const PLAYBOOK = { language: 'en', voice: null };
// Nothing listens there: what is built asks nobody yet.
const NOWHERE = { CARTESIA_BASE_URL: 'http://127.0.0.1:9' };

const build = async (
  env: Record<string, string>,
  playbook: { language: string; voice: string | null } = PLAYBOOK,
) => {
  const models = buildModels(testConfig({ ...NOWHERE, ...env }), null, playbook, testLog().log);
  await models.tts.close();
  return models;
};

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

test('Cartesia hears with the model that suits the language, unless STT_MODEL says otherwise', async () => {
  expect((await build({})).stt).toMatchObject({ label: 'cartesia.STT', model: 'ink-2' });
  expect((await build({}, { language: 'de', voice: null })).stt.model).toBe('ink-whisper');
  expect((await build({ STT_MODEL: 'ink-whisper' })).stt.model).toBe('ink-whisper');
});

test('an OpenAI-compatible server hears and thinks with the models of the environment', async () => {
  const { stt, llm } = await build({
    STT_PROVIDER: 'openai',
    STT_MODEL: 'whisper-small',
    LLM_MODEL: 'qwen3',
  });
  expect(stt).toMatchObject({ label: 'openai.STT', model: 'whisper-small' });
  // Whole sentences only: the session finds them by voice activity.
  expect(stt.capabilities.streaming).toBe(false);
  expect(llm.model).toBe('qwen3');
});

test('VAD off is handed on as "none", which an omitted one would not be', async () => {
  expect(await build({ VAD: 'off' })).toHaveProperty('vad', null);
});

test('the session gets the turn detection that was chosen', () => {
  expect(turnDetectionFor(testConfig())).toBe('stt');
  expect(turnDetectionFor(testConfig({ STT_PROVIDER: 'openai' }))).toBe('vad');
  const local = turnDetectionFor(testConfig({ TURN_DETECTION: 'local' }));
  expect(local).toBeInstanceOf(inference.TurnDetector);
  // Never LiveKit's cloud model, which would be sent the callee's voice.
  expect(local).toMatchObject({ model: 'turn-detector-v1-mini' });
});

test.each([
  [{}, 6_000],
  [{ TTS_FIRST_SOUND_MS: '10000' }, 22_000],
  [{ TTS_FIRST_SOUND_MS: '10000', TTS_FALLBACK: 'openai/kokoro:af' }, 32_000],
])('a voice has its tries before it counts as silent: %o', (env, ms) => {
  expect(silentAfterMs(testConfig(env as Record<string, string>))).toBe(ms);
});
