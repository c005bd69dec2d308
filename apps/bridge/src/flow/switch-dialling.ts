import type { Pause } from '../domain/pause.ts';
import type { CallStore } from '../ports.ts';
import { cancelCall } from './cancel-call.ts';

/** A pause that is on, and the calls that go on in it. */
export type Paused = {
  readonly pause: Pause;
  /** Calls that a job may still dial or has dialled. */
  readonly live: number;
  /** Those of them that were asked to end. */
  readonly canceled: number;
};

/**
 * Stops all dialling: from its commit on no grant is given on any bridge. What a job was granted before goes on,
 * unless `hangUp` cancels it, as `POST /calls/:id/cancel` does.
 */
export const pauseDialling = async (
  deps: { readonly calls: CallStore },
  asked: Omit<Pause, 'since'> & { readonly hangUp: boolean },
): Promise<Paused> => {
  const { hangUp, ...pause } = asked;
  const saved = await deps.calls.transaction((tx) => tx.savePause(pause));
  // After the commit: a grant that was given before it is seen here, and there are no later ones.
  const live = await deps.calls.findLive();
  let canceled = 0;
  for (const id of hangUp ? live : []) {
    if ((await cancelCall(deps, id)).status === 'canceling') canceled += 1;
  }
  return { pause: saved, live: live.length, canceled };
};

/** Lets calls be dialled again; false when nothing was paused. */
export const resumeDialling = (deps: { readonly calls: CallStore }): Promise<boolean> =>
  deps.calls.transaction((tx) => tx.endPause());
