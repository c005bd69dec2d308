import { type VAD, VADEventType, type VADStream } from '@livekit/agents';
import type { Logger } from '@outdial/runtime';

/** How far voice activity detection fell behind in one call. */
export type VadFacts = {
  /** Pieces of sound (32 ms each) that were looked at while it was behind. */
  slowWindows: number;
  maxLagMs: number;
};

/** Behind this far it hears the callee's words late: agents-js' own limit (vad.js of the Silero plugin). */
const SLOW_MS = 200;

/**
 * Watches whether a detector keeps up with the sound it is given: each window's time to detect beyond the window's own
 * length adds up. Says so once a call, with what helps; `facts` count on. One job process has one call.
 */
export const watchVad = (vad: VAD, name: string, log: Logger): VadFacts => {
  const facts: VadFacts = { slowWindows: 0, maxLagMs: 0 };
  const windowMs = vad.capabilities.updateInterval;
  const open = vad.stream.bind(vad);
  const behind = (lagMs: number): void => {
    facts.maxLagMs = Math.max(facts.maxLagMs, Math.round(lagMs));
    if (lagMs <= SLOW_MS) return;
    facts.slowWindows += 1;
    if (facts.slowWindows > 1) return;
    log.warn(
      { vad: name, lagMs: Math.round(lagMs) },
      'voice activity detection is slower than realtime, the agent hears late: set VAD=off, choose a lighter STT_MODEL if it runs on this machine, lower MAX_CONCURRENT_CALLS, or use a faster host',
    );
  };
  vad.stream = (): VADStream => {
    const stream = open();
    const next = stream.next.bind(stream);
    let lagMs = 0;
    stream.next = async () => {
      const result = await next();
      if (!result.done && result.value.type === VADEventType.INFERENCE_DONE) {
        lagMs = Math.max(0, lagMs + result.value.inferenceDuration - windowMs);
        behind(lagMs);
      }
      return result;
    };
    return stream;
  };
  return facts;
};

const FRAMEWORK_WORDS = 'VAD inference is slower than realtime';

/** What is used here of agents-js' log; pino's own type is not ours to import. */
type FrameworkLog = {
  child(bindings: object, options?: object): unknown;
  warn(facts: object, text?: string): void;
};

/**
 * Silences the detectors' own "VAD inference is slower than realtime", written for every 32 ms while one is behind:
 * `watchVad` says it once. The Silero plugin makes a child logger with the field `delay` for it (its vad.js), the
 * built-in detector writes it directly (inference/vad.js).
 */
export const silenceVadLag = (frameworkLog: FrameworkLog): void => {
  const child = frameworkLog.child.bind(frameworkLog);
  const warn = frameworkLog.warn.bind(frameworkLog);
  frameworkLog.child = (bindings, options) =>
    Object.keys(bindings).join() === 'delay'
      ? child(bindings, { level: 'silent' })
      : child(bindings, options);
  frameworkLog.warn = (facts, text) => {
    if (text !== FRAMEWORK_WORDS) warn(facts, ...(text === undefined ? [] : [text]));
  };
};
