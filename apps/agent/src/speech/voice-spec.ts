/** Who may speak for the agent. */
export const VOICE_PROVIDERS = ['cartesia', 'openai', 'livekit'] as const;
export type VoiceProvider = (typeof VOICE_PROVIDERS)[number];

/** A voice as it is written in the environment; `null`: the provider's default. */
export type VoiceSpec = {
  readonly provider: VoiceProvider;
  readonly model: string;
  readonly voice: string | null;
  /** An OpenAI-compatible server other than OPENAI_BASE_URL, e.g. `http://127.0.0.1:8880/v1`. */
  readonly url: string | null;
};

const SPEC = /^(?<provider>[a-z]+)\/(?<model>[^:@\s]+)(?::(?<voice>[^@\s]+))?(?:@(?<url>https?:\/\/\S+))?$/;

/**
 * Reads `provider/model[:voice][@url]`, for example `cartesia/sonic-turbo`, `openai/tts-1:alloy` or
 * `openai/kokoro:af_sky@http://127.0.0.1:8880/v1`. What is wrong comes back as a sentence.
 */
export const parseVoiceSpec = (
  text: string,
):
  | { readonly status: 'ok'; readonly spec: VoiceSpec }
  | { readonly status: 'wrong'; readonly reason: string } => {
  const found = SPEC.exec(text)?.groups;
  const provider = VOICE_PROVIDERS.find((name) => name === found?.provider);
  if (found === undefined || provider === undefined) {
    const reason = `"${text}" is no voice; write provider/model[:voice][@url] with one of ${VOICE_PROVIDERS.join(', ')}, e.g. openai/tts-1:alloy.`;
    return { status: 'wrong', reason };
  }
  if (found.url !== undefined && provider !== 'openai') {
    return { status: 'wrong', reason: `Only an openai/… voice takes @url, not ${provider}.` };
  }
  return {
    status: 'ok',
    spec: {
      provider,
      model: found.model ?? '',
      voice: found.voice ?? null,
      url: found.url ?? null,
    },
  };
};

/** The sentence that is wrong with a voice, `null` when it is right: for the environment's schema. */
export const checkVoiceSpec = (text: string): string | null => {
  const parsed = parseVoiceSpec(text);
  return parsed.status === 'ok' ? null : parsed.reason;
};
