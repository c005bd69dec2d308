import { expect, test } from 'vitest';
import { testConfig } from '../test/config.ts';
import { chooseModels } from './models.ts';

test.each([
  [
    'nothing set: all managed by LiveKit',
    {},
    { stt: 'livekit', llm: 'livekit', tts: 'livekit', turnDetection: 'vad' },
  ],
  [
    'a Cartesia key: Cartesia hears and speaks',
    { CARTESIA_API_KEY: 'sk' },
    { stt: 'cartesia', llm: 'livekit', tts: 'cartesia', turnDetection: 'stt' },
  ],
  [
    'an OpenAI-compatible server: it hears and thinks',
    { OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1' },
    { stt: 'openai', llm: 'openai', tts: 'livekit', turnDetection: 'vad' },
  ],
  [
    'only an OpenAI key: it thinks',
    { OPENAI_API_KEY: 'sk' },
    { stt: 'livekit', llm: 'openai', tts: 'livekit', turnDetection: 'vad' },
  ],
  [
    'a named STT provider beats auto',
    { CARTESIA_API_KEY: 'sk', OPENAI_API_KEY: 'sk', STT_PROVIDER: 'openai' },
    { stt: 'openai', llm: 'openai', tts: 'cartesia', turnDetection: 'vad' },
  ],
  [
    'VAD off leaves turns to STT',
    { VAD: 'off' },
    { stt: 'livekit', llm: 'livekit', tts: 'livekit', turnDetection: 'stt' },
  ],
])('%s', (_case, env, choice) => {
  expect(chooseModels(testConfig(env))).toEqual(choice);
});
