import { ConfigError } from '@outdial/runtime';
import { expect, test } from 'vitest';
import { testConfig } from '../../test/config.ts';

const problemsOf = (changes: Record<string, string>): readonly string[] => {
  try {
    testConfig(changes);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

const NO_KEYS = { CARTESIA_API_KEY: '', OPENAI_BASE_URL: '' };

test('managed models on a LiveKit of one’s own are refused, each with its mend', () => {
  const problems = problemsOf({ ...NO_KEYS, LIVEKIT_URL: 'wss://livekit.example.com' });
  expect(problems).toHaveLength(3);
  expect(problems[0]).toMatch(
    /^STT_PROVIDER: .*LiveKit Cloud alone.*livekit\.example\.com.*CARTESIA_API_KEY/,
  );
  expect(problems[1]).toMatch(/^LLM_MODEL: .*OPENAI_API_KEY or OPENAI_BASE_URL/);
  expect(problems[2]).toMatch(/^TTS_MODEL: .*CARTESIA_API_KEY/);
  expect(problemsOf({ ...NO_KEYS, LIVEKIT_URL: 'wss://x.livekit.cloud' })).toEqual([]);
  // A name that only looks like it is no LiveKit Cloud.
  expect(problemsOf({ ...NO_KEYS, LIVEKIT_URL: 'wss://livekit.cloud.example.com' })).toHaveLength(3);
  expect(problemsOf({ TTS_FALLBACK: 'livekit/cartesia/sonic-2' })).toMatchObject([/^TTS_FALLBACK: /]);
});

test.each([
  ['no VAD with an STT that cannot end turns', { STT_PROVIDER: 'openai', VAD: 'off' }, 'VAD: off leaves'],
  ['turns by VAD without VAD', { VAD: 'off', TURN_DETECTION: 'vad' }, 'TURN_DETECTION: vad needs'],
  ['the local detector without VAD', { VAD: 'off', TURN_DETECTION: 'local' }, 'TURN_DETECTION: local needs'],
  [
    'turns by an STT that cannot end them',
    { STT_PROVIDER: 'openai', TURN_DETECTION: 'stt' },
    'TURN_DETECTION: stt needs',
  ],
  ['another provider’s STT model', { STT_MODEL: 'whisper-1' }, 'ink-2 or ink-whisper'],
  [
    'a realtime STT model',
    { STT_PROVIDER: 'openai', STT_MODEL: 'gpt-realtime-whisper' },
    'STT_MODEL: gpt-realtime-whisper is a realtime model',
  ],
  [
    'too little silence for the local detector',
    { TURN_DETECTION: 'local', VAD_MIN_SILENCE_MS: '100' },
    'VAD_MIN_SILENCE_MS: The local turn detector needs at least 250',
  ],
  ['a silence that is no number', { VAD_MIN_SILENCE_MS: 'long' }, 'VAD_MIN_SILENCE_MS: "long"'],
  ['a fallback of no known provider', { TTS_FALLBACK: 'espeak' }, 'TTS_FALLBACK: "espeak" is no voice'],
  [
    'a fallback without its key',
    { CARTESIA_API_KEY: '', TTS_MODEL: 'openai/tts-1', TTS_FALLBACK: 'cartesia/sonic-3' },
    'TTS_FALLBACK: A cartesia/… voice needs CARTESIA_API_KEY',
  ],
  [
    'a Cartesia voice at an own address',
    { TTS_FALLBACK: 'cartesia/sonic-3@http://127.0.0.1:1' },
    'Only an openai/… voice takes @url',
  ],
])('%s is refused', (_case, changes, message) => {
  expect(problemsOf(changes)).toEqual([expect.stringContaining(message)]);
});

test.each([
  ['a lighter STT model', { STT_MODEL: 'ink-whisper' }],
  ['VAD off, Cartesia ends the turns', { VAD: 'off' }],
  ['the built-in VAD', { VAD: 'builtin', STT_PROVIDER: 'openai' }],
  ['the local detector with an OpenAI-compatible STT', { STT_PROVIDER: 'openai', TURN_DETECTION: 'local' }],
  ['a local voice', { CARTESIA_API_KEY: '', TTS_MODEL: 'openai/kokoro:af_sky@http://127.0.0.1:8880/v1' }],
])('%s is accepted', (_case, changes) => {
  expect(problemsOf(changes)).toEqual([]);
});
