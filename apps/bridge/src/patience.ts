/** Says whether this bridge has watched for long enough to make something of a silence. */
export type Patience = {
  /** This bridge is awake. Called every second; a beat that comes late begins the watch again. */
  readonly beat: () => void;
  /** True when nothing was missed for long enough. */
  readonly isOver: () => boolean;
  /** Something may have been missed until now: begin again. */
  readonly restart: () => void;
};

// A beat this late means that the process was stopped or starved, and agents were not heard.
const STALL_MS = 4_000;

/**
 * Silence only means something while this bridge could have heard: after a start, a database error or
 * a stall of its own, `watchMs` must pass first. `monotonicMs` is a clock that never jumps.
 */
export const createPatience = (watchMs: number, monotonicMs: () => number): Patience => {
  let watchingSince = monotonicMs();
  let lastBeat = watchingSince;
  const restart = () => {
    watchingSince = monotonicMs();
  };
  return {
    restart,
    beat: () => {
      const now = monotonicMs();
      if (now - lastBeat > STALL_MS) watchingSince = now;
      lastBeat = now;
    },
    isOver: () => {
      const now = monotonicMs();
      return now - lastBeat <= STALL_MS && now - watchingSince >= watchMs;
    },
  };
};
