import type { SpeechFacts } from '@outdial/telephony';
import { Counter, Histogram, type Registry } from 'prom-client';

const LAG_SECONDS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

/** What job processes say of themselves in their final reports, to whichever bridge takes them. */
export const createAgentMetrics = (registry: Registry) => {
  const registers = [registry];
  const vadLag = new Histogram({
    name: 'outdial_agent_vad_lag_seconds',
    help: 'How far voice activity detection fell behind in a call, at most; above 0.2 the agent hears late.',
    buckets: LAG_SECONDS,
    registers,
  });
  const vadLate = new Counter({
    name: 'outdial_agent_vad_late_windows_total',
    help: 'Pieces of sound (32 ms) that were looked at while detection was more than 0.2 s behind.',
    registers,
  });
  const loopDelay = new Histogram({
    name: 'outdial_agent_loop_delay_seconds',
    help: 'How late timers of a call’s job process fired: 99th percentile over the call.',
    buckets: LAG_SECONDS,
    registers,
  });
  const voiceFailures = new Counter({
    name: 'outdial_agent_voice_failures_total',
    help: 'Failures of the voice, by what came of them: asked once more, replaced by the fallback, nobody left to speak.',
    labelNames: ['step'] as const,
    registers,
  });
  for (const step of ['retry', 'fallback', 'lost']) voiceFailures.inc({ step }, 0);

  return {
    agentSaid: (facts: SpeechFacts) => {
      vadLag.observe(facts.vad_max_lag_ms / 1_000);
      vadLate.inc(facts.vad_late_windows);
      loopDelay.observe(facts.loop_delay_ms / 1_000);
      voiceFailures.inc({ step: 'retry' }, facts.voice_retries);
      voiceFailures.inc({ step: 'fallback' }, facts.voice_fallbacks);
      voiceFailures.inc({ step: 'lost' }, facts.voice_lost);
    },
  };
};
