import { type AgentSessionOptions, inference, type llm, type VAD } from '@livekit/agents';
import * as cartesia from '@livekit/agents-plugin-cartesia';
import * as openai from '@livekit/agents-plugin-openai';
import type { Logger } from '@outdial/runtime';
import type { AgentConfig } from './config.ts';

/** Which provider hears, thinks and speaks, and why; `turnDetection` follows from it. */
export type ModelChoice = {
  readonly stt: 'cartesia' | 'openai' | 'livekit';
  readonly llm: 'openai' | 'livekit';
  readonly tts: 'cartesia' | 'livekit';
  readonly turnDetection: 'stt' | 'vad';
};

/** Chooses providers from the environment alone (pure; see the STT_PROVIDER row of `.env.example`). */
export const chooseModels = (config: AgentConfig): ModelChoice => {
  const hasOpenai = config.OPENAI_BASE_URL !== null || config.OPENAI_API_KEY !== null;
  const auto =
    config.CARTESIA_API_KEY !== null ? 'cartesia' : config.OPENAI_BASE_URL !== null ? 'openai' : 'livekit';
  const stt = config.STT_PROVIDER === 'auto' ? auto : config.STT_PROVIDER;
  return {
    stt,
    llm: hasOpenai ? 'openai' : 'livekit',
    tts: config.CARTESIA_API_KEY === null ? 'livekit' : 'cartesia',
    // Cartesia's turns endpoint ends turns itself; other providers need the voice activity detector.
    turnDetection: stt === 'cartesia' || config.VAD === 'off' ? 'stt' : 'vad',
  };
};

/** Leaves out what is not set: the plugins then take their own defaults. */
const given = <T extends object>(options: T): { [K in keyof T]: Exclude<T[K], null> } =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null)) as never;

const MANAGED = { stt: 'cartesia/ink-whisper', llm: 'openai/gpt-4.1-mini', tts: 'cartesia/sonic-2' } as const;

const OPENAI_COMPATIBLE = { llm: 'gpt-4.1-mini', stt: 'whisper-1' } as const;

/** Builds the language model, as the session uses it. */
export const buildLlm = (config: AgentConfig): llm.LLM => {
  if (chooseModels(config).llm === 'openai') {
    const server = given({ apiKey: config.OPENAI_API_KEY ?? 'none', baseURL: config.OPENAI_BASE_URL });
    return new openai.LLM({ ...server, model: config.LLM_MODEL ?? OPENAI_COMPATIBLE.llm });
  }
  return new inference.LLM({
    model: config.LLM_MODEL ?? MANAGED.llm,
    apiKey: config.LIVEKIT_API_KEY,
    apiSecret: config.LIVEKIT_API_SECRET,
  });
};

/** Builds the session's models. `apiKey` of a local OpenAI-compatible server may be anything. */
export const buildModels = (
  config: AgentConfig,
  vad: VAD | null | undefined,
  log: Logger,
): Pick<AgentSessionOptions, 'stt' | 'llm' | 'tts' | 'vad'> => {
  const choice = chooseModels(config);
  const livekit = { apiKey: config.LIVEKIT_API_KEY, apiSecret: config.LIVEKIT_API_SECRET };
  const openaiServer = given({
    apiKey: config.OPENAI_API_KEY ?? 'none',
    baseURL: config.OPENAI_BASE_URL,
  });
  const cartesiaServer = given({
    apiKey: config.CARTESIA_API_KEY,
    baseUrl: config.CARTESIA_BASE_URL,
  });
  if (choice.tts === 'cartesia')
    log.debug({ voice: config.CARTESIA_VOICE_ID }, 'using Cartesia TTS with custom API key');
  return {
    stt:
      choice.stt === 'cartesia'
        ? new cartesia.STT({ ...cartesiaServer, ...given({ model: config.STT_MODEL }) })
        : choice.stt === 'openai'
          ? new openai.STT({
              ...openaiServer,
              model: config.STT_MODEL ?? OPENAI_COMPATIBLE.stt,
              useRealtime: false,
            })
          : new inference.STT({ model: config.STT_MODEL ?? MANAGED.stt, ...livekit }),
    llm: buildLlm(config),
    tts:
      choice.tts === 'cartesia'
        ? new cartesia.TTS({
            ...cartesiaServer,
            voice: config.CARTESIA_VOICE_ID,
            ...given({ model: config.TTS_MODEL }),
          })
        : new inference.TTS({
            model: config.TTS_MODEL ?? MANAGED.tts,
            voice: config.CARTESIA_VOICE_ID,
            ...livekit,
          }),
    ...(vad === undefined ? {} : { vad }),
  };
};
