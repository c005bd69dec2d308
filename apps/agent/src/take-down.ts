import { setTimeout as pause } from 'node:timers/promises';
import type { Dialed } from './dial.ts';
import type { SipLeg } from './ports.ts';

const EVERY_MS = 500;
const LIMIT_MS = 10_000;

/**
 * Takes the call down: its leg and its room. A dial that is still in flight makes a deleted room anew,
 * so the room is deleted again until the dial is over, for ten seconds at most.
 */
export const takeDown = async (leg: SipLeg, dialing: Promise<Dialed> | null): Promise<void> => {
  await leg.hangUp();
  if (dialing === null) return;
  const deadline = performance.now() + LIMIT_MS;
  const over = dialing.then(() => true);
  let again = 0;
  while (!(await Promise.race([over, pause(EVERY_MS, false)])) && performance.now() < deadline) {
    await leg.hangUp();
    again += 1;
  }
  // The request may have come back between the last deletion and the leg's joining.
  if (again > 0) await leg.hangUp();
};
