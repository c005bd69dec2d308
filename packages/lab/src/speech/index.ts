export type {
  AudioSpeechControl,
  AudioSpeechFault,
  AudioSpeechRequest,
} from './audio-speech-server.ts';
export { type LlmAlone, startLlmAlone } from './llm-alone.ts';
export { judgeBy } from './llm-judge.ts';
export {
  argumentsFor,
  callTool,
  DEFAULT_SCRIPT,
  type LlmCall,
  type LlmReply,
  type LlmRule,
  type LlmTurn,
} from './llm-script.ts';
export type { LlmControl, LlmFault, LlmRequest } from './llm-server.ts';
export { buildPhoneWav, type PhonePart } from './phone-wav.ts';
export { type SpeechServers, startSpeechServers } from './servers.ts';
export { compareSounds, type Similarity, similarity } from './similarity.ts';
export { type SpeakOptions, type SpeechRate, speak, synthesize, type Voice } from './speak.ts';
export type { SttControl, SttFault, SttTurn } from './stt-server.ts';
export type { SttSession } from './stt-session.ts';
export type { Spoken, TtsControl, TtsFault, TtsRequest } from './tts-server.ts';
export { type UtteranceKey, utterances } from './utterances.ts';
export type { Violation } from './violations.ts';
export { readWav, type Sound } from './wav.ts';
