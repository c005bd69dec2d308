import { expect, test } from 'vitest';
import { testConfig } from '../../test/config.ts';
import { chooseModels } from './choice.ts';

const CLOUD = { LIVEKIT_URL: 'wss://x.livekit.cloud', CARTESIA_API_KEY: '', OPENAI_BASE_URL: '' };
const OLLAMA = 'http://127.0.0.1:11434/v1';

const providersOf = (env: Record<string, string>) => {
  const { stt, llm, tts, fallback, turns } = chooseModels(testConfig({ ...CLOUD, ...env }));
  return [stt.provider, llm.provider, tts.provider, fallback?.provider ?? null, turns.provider];
};

test.each([
  ['nothing set: all managed by LiveKit', {}, ['livekit', 'livekit', 'livekit', null, 'vad']],
  [
    'a Cartesia key: Cartesia hears and speaks',
    { CARTESIA_API_KEY: 'sk' },
    ['cartesia', 'livekit', 'cartesia', null, 'stt'],
  ],
  [
    'an OpenAI-compatible server: it hears and thinks',
    { OPENAI_BASE_URL: OLLAMA },
    ['openai', 'openai', 'livekit', null, 'vad'],
  ],
  ['only an OpenAI key: it thinks', { OPENAI_API_KEY: 'sk' }, ['livekit', 'openai', 'livekit', null, 'vad']],
  [
    'a named STT provider beats auto',
    { CARTESIA_API_KEY: 'sk', OPENAI_API_KEY: 'sk', STT_PROVIDER: 'openai' },
    ['openai', 'openai', 'cartesia', null, 'vad'],
  ],
  ['VAD off leaves turns to STT', { VAD: 'off' }, ['livekit', 'livekit', 'livekit', null, 'stt']],
  [
    'the local turn detector is asked for',
    { CARTESIA_API_KEY: 'sk', TURN_DETECTION: 'local' },
    ['cartesia', 'livekit', 'cartesia', null, 'local'],
  ],
  [
    'a voice on an own server, and Cartesia behind it',
    {
      CARTESIA_API_KEY: 'sk',
      TTS_MODEL: 'openai/kokoro:af_sky@http://127.0.0.1:8880/v1',
      TTS_FALLBACK: 'cartesia/sonic-turbo',
    },
    ['cartesia', 'livekit', 'openai', 'cartesia', 'stt'],
  ],
])('%s', (_case, env, providers) => {
  expect(providersOf(env)).toEqual(providers);
});

test('a part knows its model, its host and the reason for it', () => {
  const { stt, llm, tts, fallback } = chooseModels(
    testConfig({
      CARTESIA_BASE_URL: 'http://127.0.0.1:4000',
      OPENAI_BASE_URL: OLLAMA,
      STT_MODEL: 'ink-whisper',
      LLM_MODEL: 'qwen3',
      TTS_FALLBACK: 'openai/tts-1',
    }),
  );
  expect(stt).toEqual({
    provider: 'cartesia',
    model: 'ink-whisper',
    host: '127.0.0.1:4000',
    why: 'CARTESIA_API_KEY is set',
  });
  expect(llm).toEqual({
    provider: 'openai',
    model: 'qwen3',
    host: '127.0.0.1:11434',
    why: 'OPENAI_BASE_URL is set',
  });
  expect(tts).toMatchObject({ model: 'sonic-3', voice: '9626c31c-bec5-4cca-baa8-f8ba9e84c8bc' });
  expect(fallback).toMatchObject({
    model: 'tts-1',
    voice: 'alloy',
    host: '127.0.0.1:11434',
    baseUrl: OLLAMA,
  });
  expect(chooseModels(testConfig()).tts.host).toBe('api.cartesia.ai');
});
