/** Says whether this bridge has watched for long enough to make something of a silence. */
export type Patience = {
  /** True when nothing was missed for long enough. Ask once per round. */
  readonly isOver: () => boolean;
  /** Something may have been missed until now: begin again. */
  readonly restart: () => void;
};

// A round this late means that the process was stopped or starved, and agents were not heard.
const STALL_MS = 4_000;

/**
 * Silence only means something while this bridge could have heard: after a start, a database error or
 * a stall of its own, `watchMs` must pass first. `monotonicMs` is a clock that never jumps.
 */
export const createPatience = (watchMs: number, monotonicMs: () => number): Patience => {
  let watchingSince = monotonicMs();
  let lastAsked = watchingSince;
  const restart = () => {
    watchingSince = monotonicMs();
  };
  return {
    restart,
    isOver: () => {
      const now = monotonicMs();
      if (now - lastAsked > STALL_MS) restart();
      lastAsked = now;
      return now - watchingSince >= watchMs;
    },
  };
};
