import { inference, type VAD } from '@livekit/agents';
import * as silero from '@livekit/agents-plugin-silero';
import type { AgentConfig } from '../config.ts';

/** Loads the voice activity detector that the environment asks for, once a process; `null` when it is off. */
export const loadVad = async (config: AgentConfig): Promise<VAD | null> => {
  const settings = {
    activationThreshold: config.VAD_THRESHOLD,
    minSpeechDuration: config.VAD_MIN_SPEECH_MS,
    prefixPaddingDuration: config.VAD_PREFIX_MS,
    // Silero's and the built-in detector's own defaults differ.
    ...(config.VAD_MIN_SILENCE_MS === null ? {} : { minSilenceDuration: config.VAD_MIN_SILENCE_MS }),
  };
  switch (config.VAD) {
    case 'silero':
      return silero.VAD.load(settings);
    case 'builtin':
      return new inference.VAD(settings);
    case 'off':
      return null;
  }
};
