import { setTimeout as pause } from 'node:timers/promises';
import type { SipLeg } from './ports.ts';

const EVERY_MS = 500;
const LIMIT_MS = 10_000;

/**
 * Takes the call down: its legs and its room. A dial that is still in flight makes a deleted room anew,
 * so the room is deleted again until every dial is over, for ten seconds at most.
 */
export const takeDown = async (leg: SipLeg, dialing: readonly Promise<unknown>[]): Promise<void> => {
  await leg.hangUp();
  if (dialing.length === 0) return;
  const deadline = performance.now() + LIMIT_MS;
  const over = Promise.allSettled(dialing).then(() => true);
  let again = 0;
  while (!(await Promise.race([over, pause(EVERY_MS, false)])) && performance.now() < deadline) {
    await leg.hangUp();
    again += 1;
  }
  // The request may have come back between the last deletion and the leg's joining.
  if (again > 0) await leg.hangUp();
};
