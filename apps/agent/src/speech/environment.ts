import { choice, number, optional, withDefault } from '@outdial/runtime';
import { checkVoiceSpec } from './voice-spec.ts';

const milliseconds = (meaning: string) =>
  optional(meaning, (text) => (/^\d{1,5}$/.test(text) ? null : `"${text}" is not a number of milliseconds.`))
    .transform((text) => (text === null ? null : Number(text)))
    // Said once more: a transform is a schema of its own.
    .describe(meaning);

/** The names that choose how the agent hears, thinks and speaks. `docs/voice.md` explains them. */
export const speechEnvironment = {
  CARTESIA_API_KEY: optional('Own Cartesia key; unset: the LiveKit-managed cartesia/sonic-2.'),
  CARTESIA_VOICE_ID: withDefault('9626c31c-bec5-4cca-baa8-f8ba9e84c8bc', 'Voice of the agent.'),
  CARTESIA_BASE_URL: optional('Cartesia’s API when it is not the vendor’s own address.'),
  STT_PROVIDER: choice(
    ['auto', 'cartesia', 'openai', 'livekit'],
    'auto',
    'Speech to text. auto: Cartesia when its key is set, else OPENAI_BASE_URL when set, else LiveKit-managed.',
  ),
  STT_MODEL: optional('Speech-to-text model.'),
  LLM_MODEL: optional('Language model.'),
  TTS_MODEL: optional(
    'Text-to-speech model; openai/model[:voice][@url] speaks through an OpenAI-compatible server.',
    (text) => (text.startsWith('openai/') ? checkVoiceSpec(text) : null),
  ),
  TTS_FALLBACK: optional(
    'The voice when the first one fails: cartesia/…, openai/… or livekit/…, as provider/model[:voice][@url].',
    checkVoiceSpec,
  ),
  TTS_FIRST_SOUND_MS: number(
    { min: 300, max: 10_000, default: 2_000 },
    'How long a voice may take to its first sound before it is tried again, then replaced.',
  ),
  OPENAI_API_KEY: optional('Key of the OpenAI-compatible server.'),
  OPENAI_BASE_URL: optional('Any OpenAI-compatible server, e.g. Ollama at http://127.0.0.1:11434/v1.'),
  VAD: choice(
    ['silero', 'builtin', 'off'],
    'silero',
    'Voice activity detection; off leaves the turns to speech to text.',
  ),
  VAD_THRESHOLD: number(
    { min: 0.05, max: 0.95, default: 0.5, whole: false },
    'How sure the detector must be that somebody speaks; higher on noisy lines.',
  ),
  VAD_MIN_SPEECH_MS: number(
    { min: 0, max: 2_000, default: 50 },
    'Sound shorter than this does not count as speech.',
  ),
  VAD_MIN_SILENCE_MS: milliseconds('Silence that ends speech; unset: 550 with silero, 250 with builtin.'),
  VAD_PREFIX_MS: number(
    { min: 0, max: 3_000, default: 500 },
    'Sound from before the start of speech that is kept with it.',
  ),
  TURN_DETECTION: choice(
    ['auto', 'stt', 'vad', 'local'],
    'auto',
    'Who decides that the callee has finished. local: LiveKit’s model on this machine, one more process of 340 MB.',
  ),
} as const;
