import type { AudioFrame } from '@livekit/rtc-node';
import type { Logger } from '@outdial/runtime';
import type { CallEndLatch } from '../call-end.ts';
import type { EndGuard } from '../tools/end-guard.ts';
import type { Transfers } from '../transfer/transfers.ts';
import type { ProviderFailure } from './failure.ts';
import { lastWords } from './last-words.ts';

/** How a call is left whose speech or model has failed for good. */
export type Departure = {
  /** Begins it; only the first failure counts, what follows from it is no news. `handOver`: to a person, if there is one. */
  begin(failure: ProviderFailure, options: { readonly handOver: boolean }): Promise<void>;
};

/**
 * Ends such a call in order: a recorded sentence, then a person if the call may be transferred, else the end. The
 * sentence waits for the answer as all speech does; whatever ends the call before wins, and callee and target who talk
 * with each other already need no agent.
 */
export const createDeparture = (deps: {
  readonly play: (frames: readonly AudioFrame[]) => Promise<void>;
  readonly transfers: Pick<Transfers, 'targets' | 'transfer' | 'settled' | 'result' | 'bridged'>;
  /** Closes the agent's ears: from then on nothing is answered. */
  readonly pause: () => void;
  readonly guard: Pick<EndGuard, 'during'>;
  readonly end: CallEndLatch;
  readonly log: Logger;
}): Departure => {
  const { transfers, end, log } = deps;
  let begun = false;
  const isSettled = () => end.current() !== null || transfers.bridged();

  const handOver = async (): Promise<boolean> => {
    const [target] = transfers.targets;
    if (target === undefined || transfers.result() !== null) return false;
    return (await transfers.transfer(target.name)).status === 'done';
  };

  const leave = async (failure: ProviderFailure, mayHandOver: boolean): Promise<void> => {
    try {
      const words = lastWords(mayHandOver ? 'transfer' : 'end');
      await Promise.race([deps.play(words), end.decided]);
      // It may have failed while a transfer was announced.
      await transfers.settled();
      if (isSettled() || (mayHandOver && (await handOver()))) return;
    } catch (error) {
      log.error({ err: error }, 'the callee could not be told, or not be handed over');
    }
    if (isSettled()) return;
    end.decide({ reason: 'provider_error', hungUpBy: 'agent', message: failure.message });
  };

  return {
    begin: async (failure, options) => {
      if (begun || isSettled()) return;
      begun = true;
      deps.pause();
      await deps.guard.during(() => leave(failure, options.handOver && transfers.targets.length > 0));
    },
  };
};
