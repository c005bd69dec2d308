import type { AgentConfig } from '../config.ts';
import { chooseModels, type ModelChoice } from './choice.ts';

/** A name of the environment and what is wrong with it, mend included. */
export type SpeechProblem = { readonly name: string; readonly message: string };

const isCloud = (url: string): boolean =>
  URL.canParse(url) && new URL(url).hostname.endsWith('.livekit.cloud');

const managedMends = {
  stt: ['STT_PROVIDER', 'Speech to text', 'CARTESIA_API_KEY or OPENAI_BASE_URL'],
  llm: ['LLM_MODEL', 'The language model', 'OPENAI_API_KEY or OPENAI_BASE_URL'],
  tts: ['TTS_MODEL', 'The voice', 'CARTESIA_API_KEY, or TTS_MODEL=openai/model:voice@url'],
  fallback: ['TTS_FALLBACK', 'The fallback voice', 'a cartesia/… or openai/… voice'],
} as const;

const managedProblems = (config: AgentConfig, choice: ModelChoice): SpeechProblem[] => {
  if (isCloud(config.LIVEKIT_URL)) return [];
  return (['stt', 'llm', 'tts', 'fallback'] as const).flatMap((part) => {
    if (choice[part]?.provider !== 'livekit') return [];
    const [name, what, mend] = managedMends[part];
    const message = `${what} is LiveKit-managed (${choice[part].why}), which LiveKit Cloud alone has, and LIVEKIT_URL is ${config.LIVEKIT_URL}. Set ${mend}.`;
    return [{ name, message }];
  });
};

const keyProblems = (config: AgentConfig, choice: ModelChoice): SpeechProblem[] => {
  const problems: SpeechProblem[] = [];
  const withoutCartesia = config.CARTESIA_API_KEY === null;
  const withoutOpenai = config.OPENAI_API_KEY === null && config.OPENAI_BASE_URL === null;
  if (choice.stt.provider === 'cartesia' && withoutCartesia)
    problems.push({ name: 'STT_PROVIDER', message: 'cartesia needs CARTESIA_API_KEY.' });
  if (choice.stt.provider === 'openai' && withoutOpenai)
    problems.push({ name: 'STT_PROVIDER', message: 'openai needs OPENAI_API_KEY or OPENAI_BASE_URL.' });
  const voices = [
    ['TTS_MODEL', choice.tts],
    ['TTS_FALLBACK', choice.fallback],
  ] as const;
  for (const [name, voice] of voices) {
    if (voice?.provider === 'cartesia' && withoutCartesia)
      problems.push({ name, message: 'A cartesia/… voice needs CARTESIA_API_KEY.' });
    if (voice?.provider === 'openai' && withoutOpenai && voice.host === 'api.openai.com')
      problems.push({
        name,
        message: 'An openai/… voice needs OPENAI_API_KEY, OPENAI_BASE_URL, or @url of a server of your own.',
      });
  }
  return problems;
};

const hearingProblems = (config: AgentConfig, choice: ModelChoice): SpeechProblem[] => {
  const problems: SpeechProblem[] = [];
  const { stt, turns } = choice;
  const model = stt.model ?? '';
  if (stt.provider === 'cartesia' && model !== '' && !/^ink-/.test(model))
    problems.push({ name: 'STT_MODEL', message: `${model} is no Cartesia model; ink-2 or ink-whisper are.` });
  if (stt.provider === 'openai' && /realtime/.test(model))
    problems.push({
      name: 'STT_MODEL',
      message: `${model} is a realtime model, which is not supported; whisper-1 or gpt-4o-transcribe are.`,
    });
  if (config.VAD === 'off' && stt.provider === 'openai')
    problems.push({
      name: 'VAD',
      message:
        'off leaves an OpenAI-compatible speech to text without ends of sentences, which it cannot find itself. Set VAD=silero or VAD=builtin, or STT_PROVIDER=cartesia.',
    });
  if (config.VAD === 'off' && turns.provider !== 'stt')
    problems.push({
      name: 'TURN_DETECTION',
      message: `${turns.provider} needs voice activity detection. Set VAD=silero or VAD=builtin, or TURN_DETECTION=stt.`,
    });
  if (turns.provider === 'stt' && stt.provider === 'openai' && config.VAD !== 'off')
    problems.push({
      name: 'TURN_DETECTION',
      message: 'stt needs a speech to text that ends turns, as Cartesia’s does; set vad, local or auto.',
    });
  if (
    turns.provider === 'local' &&
    (config.VAD_MIN_SILENCE_MS ?? LOCAL_MIN_SILENCE_MS) < LOCAL_MIN_SILENCE_MS
  )
    problems.push({
      name: 'VAD_MIN_SILENCE_MS',
      message: `The local turn detector needs at least ${LOCAL_MIN_SILENCE_MS}.`,
    });
  return problems;
};

/** Below it agents-js refuses the detector (voice/audio_recognition.js, validateVadFloor). */
const LOCAL_MIN_SILENCE_MS = 250;

/** Every combination of providers that cannot work, found at the start instead of in a call (pure). */
export const speechProblems = (config: AgentConfig): SpeechProblem[] => {
  const choice = chooseModels(config);
  return [
    ...managedProblems(config, choice),
    ...keyProblems(config, choice),
    ...hearingProblems(config, choice),
  ];
};
