import { createLogger } from '@outdial/runtime';
import { type CallStore, type LiveKit, LiveKitUnavailable, StoreUnavailable } from '../../src/ports.ts';

const silent = createLogger({ name: 'test', level: 'info', logPii: false }, { write: () => {} });

/** The process is gone: whatever it still tries fails. */
export class Crashed extends Error {}

/** What goes wrong, after so many steps: the process dies, or what it asks is not answered once. */
export type Fault = { readonly kind: 'crash' | 'no_answer'; readonly afterSteps: number };

/** The verbs' dependencies, as one process holds them in memory, and the faults of that process. */
export type FaultyBridge = {
  readonly calls: CallStore;
  readonly livekit: LiveKit;
  readonly log: typeof silent;
  readonly wake: () => void;
  readonly track: (work: Promise<void>) => void;
  /** Resolves when nothing that nobody waits for is left. */
  readonly settle: () => Promise<void>;
  readonly arm: (fault: Fault) => void;
  readonly isDead: () => boolean;
};

type Step = (noAnswer: () => Error) => void;

/** Every method of `target` with a step before it, and after it where its answer can be lost. */
const withSteps = <T extends object>(target: T, step: () => void, answersGetLost: boolean): T =>
  new Proxy(target, {
    get: (from, name) => {
      const method = Reflect.get(from, name);
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]) => {
        step();
        const answer = await method.apply(from, args);
        if (answersGetLost) step();
        return answer;
      };
    },
  });

// A step before each statement, one before the commit, and one between the commit and its answer.
const faultyStore = (calls: CallStore, step: Step): CallStore => {
  const stepStore = () => step(() => new StoreUnavailable('a fault of the test'));
  const transaction: CallStore['transaction'] = async (work) => {
    stepStore();
    const result = await calls.transaction(async (tx) => {
      const done = await work(withSteps(tx, stepStore, false));
      stepStore();
      return done;
    });
    stepStore();
    return result;
  };
  return { ...withSteps(calls, stepStore, true), transaction };
};

/** A bridge of one process, on records and a LiveKit that outlive it. `onFault` hears of each fault. */
export const createFaultyBridge = (calls: CallStore, livekit: LiveKit, onFault: () => void): FaultyBridge => {
  let dead = false;
  let armed: { kind: Fault['kind']; steps: number } | null = null;
  const underWay = new Set<Promise<unknown>>();
  const step: Step = (noAnswer) => {
    if (dead) throw new Crashed();
    if (armed === null) return;
    armed.steps -= 1;
    if (armed.steps > 0) return;
    const { kind } = armed;
    armed = null;
    onFault();
    if (kind === 'no_answer') throw noAnswer();
    dead = true;
    throw new Crashed();
  };
  return {
    calls: faultyStore(calls, step),
    livekit: withSteps(livekit, () => step(() => new LiveKitUnavailable('a fault of the test')), true),
    log: silent,
    wake: () => {},
    track: (work) => {
      const settled = work.catch((error: unknown) => {
        if (!(error instanceof Crashed || error instanceof StoreUnavailable)) throw error;
      });
      underWay.add(settled);
      settled.then(
        () => underWay.delete(settled),
        () => {},
      );
    },
    settle: async () => {
      await Promise.all(underWay);
    },
    arm: ({ kind, afterSteps }) => {
      armed = { kind, steps: afterSteps };
    },
    isDead: () => dead,
  };
};
