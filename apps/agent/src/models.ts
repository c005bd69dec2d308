import { type AgentSessionOptions, inference, type llm, type stt, type VAD } from '@livekit/agents';
import * as cartesia from '@livekit/agents-plugin-cartesia';
import * as openai from '@livekit/agents-plugin-openai';
import type { Logger } from '@outdial/runtime';
import type { GrantedPlaybook } from '@outdial/telephony';
import type { AgentConfig } from './config.ts';
import { chooseModels, type ModelChoice, type VoicePart } from './speech/choice.ts';
import { openAiVoice } from './speech/openai-voice.ts';
import { ResilientTts } from './speech/resilient-tts.ts';
import { pluginVoice, VOICE_SAMPLE_RATE, type Voice } from './speech/voice.ts';

/** What one call hears, thinks and speaks with. */
export type Models = {
  readonly stt: stt.STT;
  readonly llm: llm.LLM;
  readonly tts: ResilientTts;
  readonly vad?: VAD | null;
};

/** Who decides that the callee has finished, as an agents-js session takes it. */
export type TurnDetection = NonNullable<AgentSessionOptions['turnHandling']>['turnDetection'];

/** Leaves out what is not set: the plugins then take their own defaults. */
const given = <T extends object>(options: T): { [K in keyof T]: Exclude<T[K], null> } =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null)) as never;

const baseLanguage = (language: string): string => language.split('-')[0] ?? language;

const livekitKeys = (config: AgentConfig) => ({
  apiKey: config.LIVEKIT_API_KEY,
  apiSecret: config.LIVEKIT_API_SECRET,
});
const cartesiaServer = (config: AgentConfig) =>
  given({ apiKey: config.CARTESIA_API_KEY, baseUrl: config.CARTESIA_BASE_URL });
/** A local server may take any key, but the client library wants one. */
const openaiServer = (config: AgentConfig) =>
  given({ apiKey: config.OPENAI_API_KEY ?? 'none', baseURL: config.OPENAI_BASE_URL });

const buildStt = (
  config: AgentConfig,
  { provider, model }: ModelChoice['stt'],
  language: string,
): stt.STT => {
  switch (provider) {
    case 'cartesia':
      return new cartesia.STT({ ...cartesiaServer(config), ...given({ model }), language });
    case 'openai':
      return new openai.STT({
        ...openaiServer(config),
        ...given({ model }),
        language: baseLanguage(language),
        useRealtime: false,
      });
    case 'livekit':
      return new inference.STT({
        ...livekitKeys(config),
        ...given({ model }),
        language: baseLanguage(language),
      });
  }
};

/** Builds the language model, as the session and the result use it. */
export const buildLlm = (config: AgentConfig): llm.LLM => {
  const { provider, model } = chooseModels(config).llm;
  return provider === 'openai'
    ? new openai.LLM({ ...openaiServer(config), ...given({ model }) })
    : new inference.LLM({ model: model ?? '', ...livekitKeys(config) });
};

const buildVoice = (config: AgentConfig, part: VoicePart, language: string): Voice => {
  const { model } = part;
  const name = `${part.provider} ${model}`;
  const host = part.host ?? part.provider;
  const plugin = { name, host, connectMs: config.TTS_FIRST_SOUND_MS };
  switch (part.provider) {
    case 'cartesia': {
      const options = {
        ...cartesiaServer(config),
        ...given({ voice: part.voice }),
        model,
        language,
        sampleRate: VOICE_SAMPLE_RATE,
      };
      return pluginVoice({ ...plugin, make: () => new cartesia.TTS(options) });
    }
    case 'livekit': {
      const options = {
        ...livekitKeys(config),
        ...given({ voice: part.voice }),
        model,
        language: baseLanguage(language),
        sampleRate: VOICE_SAMPLE_RATE,
      };
      return pluginVoice({ ...plugin, make: () => new inference.TTS(options) });
    }
    case 'openai': {
      const baseUrl = part.baseUrl ?? '';
      // The key belongs to OPENAI_BASE_URL's server; another one does not get to see it.
      const apiKey = baseUrl === (config.OPENAI_BASE_URL ?? baseUrl) ? config.OPENAI_API_KEY : null;
      return openAiVoice({ name, host, baseUrl, apiKey, model, voice: part.voice });
    }
  }
};

/** How long a voice may pause in the middle of its speech. It is sent faster than it plays, so nobody hears this. */
const GAP_MS = 1_500;

/**
 * Builds one call's models, in the language and with the voice of its playbook, and opens the voice's connection. The
 * key of a local OpenAI-compatible server may be anything.
 */
export const buildModels = (
  config: AgentConfig,
  vad: VAD | null | undefined,
  playbook: Pick<GrantedPlaybook, 'language' | 'voice'>,
  log: Logger,
): Models => {
  const choice = chooseModels(config);
  const { language } = playbook;
  const voice = { ...choice.tts, voice: playbook.voice ?? choice.tts.voice };
  if (voice.provider === 'cartesia')
    log.debug({ voice: voice.voice }, 'using Cartesia TTS with custom API key');
  const fallback = choice.fallback === null ? [] : [buildVoice(config, choice.fallback, language)];
  const tts = new ResilientTts({
    voices: [buildVoice(config, voice, language), ...fallback],
    patience: { firstSoundMs: config.TTS_FIRST_SOUND_MS, gapMs: GAP_MS },
    log,
  });
  tts.prewarm();
  return {
    stt: buildStt(config, choice.stt, language),
    llm: buildLlm(config),
    tts,
    ...(vad === undefined ? {} : { vad }),
  };
};

/** For what a voice needs besides its tries: connecting again, and the first words on their way. */
const FIRST_SOUND_RESERVE_MS = 2_000;

/**
 * How long after the answer (ms) nobody speaks any more: when the voice had its two tries and the fallback its one,
 * each of TTS_FIRST_SOUND_MS.
 */
export const silentAfterMs = (config: AgentConfig): number => {
  const tries = 2 + (chooseModels(config).fallback === null ? 0 : 1);
  return tries * config.TTS_FIRST_SOUND_MS + FIRST_SOUND_RESERVE_MS;
};

/** The session's turn detection; LiveKit's local model is made anew for each call. */
export const turnDetectionFor = (config: AgentConfig): TurnDetection => {
  const { provider } = chooseModels(config).turns;
  return provider === 'local' ? new inference.TurnDetector({ version: 'v1-mini' }) : provider;
};
