import type { SpeechFacts } from '@outdial/telephony';
import type { VoiceFacts } from './resilient-tts.ts';
import type { VadFacts } from './vad-lag.ts';

/** How well a job kept up, as its final report tells it; `loopDelayMs`: how late the timers of its process fired. */
export const speechFactsOf = (voice: VoiceFacts, vad: VadFacts | null, loopDelayMs: number): SpeechFacts => ({
  vad_late_windows: vad?.slowWindows ?? 0,
  vad_max_lag_ms: vad?.maxLagMs ?? 0,
  voice_retries: voice.retries,
  voice_fallbacks: voice.fallbacks,
  voice_lost: voice.lost ? 1 : 0,
  loop_delay_ms: loopDelayMs,
});
