import { createRequire } from 'node:module';
import type { ModelChoice } from './choice.ts';

/** Whether a part runs on the native package that agents-js brings along. */
export const needsLocalModels = (choice: ModelChoice): boolean =>
  choice.vad.provider === 'builtin' || choice.turns.provider === 'local';

/**
 * Why LiveKit's local models cannot run here, with what to do; `null` when they can. agents-js itself goes on without
 * them: the built-in detector then hears nothing and every turn ends by the clock.
 */
export const localModelsProblem = (load: (name: string) => unknown = loadBesideAgents): string | null => {
  try {
    load('@livekit/local-inference');
    return null;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return `VAD=builtin and TURN_DETECTION=local need the native package @livekit/local-inference, which does not load on this ${process.platform} ${process.arch} machine (${reason}). Set VAD=silero and TURN_DETECTION=auto.`;
  }
};

/** The package is a dependency of agents-js, not ours. */
const loadBesideAgents = (name: string): unknown =>
  createRequire(import.meta.resolve('@livekit/agents'))(name);
