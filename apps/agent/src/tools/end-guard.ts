import type { Talk } from './call-tools.ts';

/** Keeps a call from being ended by its model while somebody is being handed over, or told that it is the end. */
export type EndGuard = {
  /** Runs the work, in which the conversation speaks no prompts either. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Whether no such work is under way. */
  mayEnd(): boolean;
};

/** The guard of one call, for all who transfer in it; `talk` is asked when work begins. */
export const createEndGuard = (talk: () => Pick<Talk, 'during'>): EndGuard => {
  let underWay = 0;
  return {
    during: async (work) => {
      underWay += 1;
      try {
        return await talk().during(work);
      } finally {
        underWay -= 1;
      }
    },
    mayEnd: () => underWay === 0,
  };
};
