/** A fault that a server shows until it is taken back, or a number of times. */
export type FaultSwitch<F> = {
  set(fault: F | null, times?: number): void;
  /** The fault, if one is set; each time it is given counts as one of its times. */
  take(): F | null;
};

export const createFaultSwitch = <F>(): FaultSwitch<F> => {
  let current: F | null = null;
  let left = 0;
  return {
    set: (fault, times = Number.POSITIVE_INFINITY) => {
      current = fault;
      left = times;
    },
    take: () => {
      if (current === null || left <= 0) return null;
      left -= 1;
      return current;
    },
  };
};
