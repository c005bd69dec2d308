import type { AgentConfig } from '../config.ts';
import { parseVoiceSpec, type VoiceProvider, type VoiceSpec } from './voice-spec.ts';

/** One part of the pipeline: who does it, with which model (`null`: the provider's default), and why. */
export type Part<P extends string> = {
  readonly provider: P;
  readonly model: string | null;
  /** Host that it is asked at; `null` for what runs in the agent itself. */
  readonly host: string | null;
  readonly why: string;
};

/** A voice; `baseUrl` is set for OpenAI-compatible servers only. */
export type VoicePart = Part<VoiceProvider> & {
  readonly model: string;
  /** `null`: the provider's default voice. */
  readonly voice: string | null;
  readonly baseUrl: string | null;
};

/** What hears, thinks and speaks in every call of this agent. */
export type ModelChoice = {
  readonly stt: Part<'cartesia' | 'openai' | 'livekit'>;
  readonly llm: Part<'openai' | 'livekit'>;
  readonly tts: VoicePart;
  readonly fallback: VoicePart | null;
  readonly vad: Part<'silero' | 'builtin' | 'off'>;
  readonly turns: Part<'stt' | 'vad' | 'local'>;
};

/** Models that are asked for where the environment names none. */
const DEFAULTS = {
  livekit: { stt: 'cartesia/ink-whisper', llm: 'openai/gpt-4.1-mini', tts: 'cartesia/sonic-2' },
  openai: { stt: 'whisper-1', llm: 'gpt-4.1-mini', voice: 'alloy' },
  cartesia: { stt: null, tts: 'sonic-3' },
} as const;

/** LiveKit's managed models (inference/utils.js of agents-js). */
const LIVEKIT_HOST = 'agent-gateway.livekit.cloud';
const CARTESIA_URL = 'https://api.cartesia.ai';
const OPENAI_URL = 'https://api.openai.com/v1';

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);

const chooseStt = (config: AgentConfig): ModelChoice['stt'] => {
  const { STT_PROVIDER, STT_MODEL, CARTESIA_API_KEY, OPENAI_BASE_URL } = config;
  const [provider, why] =
    STT_PROVIDER !== 'auto'
      ? ([STT_PROVIDER, `STT_PROVIDER is ${STT_PROVIDER}`] as const)
      : CARTESIA_API_KEY !== null
        ? (['cartesia', 'CARTESIA_API_KEY is set'] as const)
        : OPENAI_BASE_URL !== null
          ? (['openai', 'OPENAI_BASE_URL is set'] as const)
          : (['livekit', 'no key of your own is set'] as const);
  const host = { cartesia: cartesiaHost(config), openai: openaiHost(config), livekit: LIVEKIT_HOST }[
    provider
  ];
  return { provider, model: STT_MODEL ?? DEFAULTS[provider].stt, host, why };
};

const cartesiaHost = (config: AgentConfig): string => hostOf(config.CARTESIA_BASE_URL ?? CARTESIA_URL);
const openaiHost = (config: AgentConfig): string => hostOf(config.OPENAI_BASE_URL ?? OPENAI_URL);

const chooseLlm = (config: AgentConfig): ModelChoice['llm'] => {
  const name = (['OPENAI_BASE_URL', 'OPENAI_API_KEY'] as const).find((key) => config[key] !== null);
  return name === undefined
    ? {
        provider: 'livekit',
        model: config.LLM_MODEL ?? DEFAULTS.livekit.llm,
        host: LIVEKIT_HOST,
        why: 'neither OPENAI_BASE_URL nor OPENAI_API_KEY is set',
      }
    : {
        provider: 'openai',
        model: config.LLM_MODEL ?? DEFAULTS.openai.llm,
        host: openaiHost(config),
        why: `${name} is set`,
      };
};

const voiceOf = (config: AgentConfig, spec: VoiceSpec, why: string): VoicePart => {
  const baseUrl = spec.provider === 'openai' ? (spec.url ?? config.OPENAI_BASE_URL ?? OPENAI_URL) : null;
  return {
    provider: spec.provider,
    model: spec.model,
    voice:
      spec.voice ??
      { cartesia: config.CARTESIA_VOICE_ID, openai: DEFAULTS.openai.voice, livekit: null }[spec.provider],
    host:
      baseUrl === null
        ? { cartesia: cartesiaHost(config), livekit: LIVEKIT_HOST, openai: '' }[spec.provider]
        : hostOf(baseUrl),
    baseUrl,
    why,
  };
};

const chooseVoice = (config: AgentConfig): VoicePart => {
  const { TTS_MODEL, CARTESIA_API_KEY } = config;
  if (TTS_MODEL?.startsWith('openai/')) {
    const parsed = parseVoiceSpec(TTS_MODEL);
    if (parsed.status === 'ok') return voiceOf(config, parsed.spec, `TTS_MODEL is ${TTS_MODEL}`);
  }
  return CARTESIA_API_KEY === null
    ? voiceOf(
        config,
        {
          provider: 'livekit',
          model: TTS_MODEL ?? DEFAULTS.livekit.tts,
          voice: config.CARTESIA_VOICE_ID,
          url: null,
        },
        'CARTESIA_API_KEY is not set',
      )
    : voiceOf(
        config,
        { provider: 'cartesia', model: TTS_MODEL ?? DEFAULTS.cartesia.tts, voice: null, url: null },
        'CARTESIA_API_KEY is set',
      );
};

const chooseFallback = (config: AgentConfig): VoicePart | null => {
  if (config.TTS_FALLBACK === null) return null;
  const parsed = parseVoiceSpec(config.TTS_FALLBACK);
  return parsed.status === 'ok' ? voiceOf(config, parsed.spec, 'TTS_FALLBACK is set') : null;
};

const chooseTurns = (config: AgentConfig, stt: ModelChoice['stt']): ModelChoice['turns'] => {
  const own = (provider: ModelChoice['turns']['provider'], why: string) =>
    ({ provider, model: provider === 'local' ? 'turn-detector-v1-mini' : null, host: null, why }) as const;
  if (config.TURN_DETECTION !== 'auto') {
    return own(config.TURN_DETECTION, `TURN_DETECTION is ${config.TURN_DETECTION}`);
  }
  if (stt.provider === 'cartesia') return own('stt', 'Cartesia’s speech to text ends turns itself');
  if (config.VAD === 'off') return own('stt', 'VAD is off');
  return own('vad', `${stt.provider} speech to text leaves turns to voice activity detection`);
};

/** Chooses every part from the environment alone (pure). What cannot work is refused by `checkSpeech`. */
export const chooseModels = (config: AgentConfig): ModelChoice => {
  const stt = chooseStt(config);
  return {
    stt,
    llm: chooseLlm(config),
    tts: chooseVoice(config),
    fallback: chooseFallback(config),
    vad: { provider: config.VAD, model: null, host: null, why: `VAD is ${config.VAD}` },
    turns: chooseTurns(config, stt),
  };
};
