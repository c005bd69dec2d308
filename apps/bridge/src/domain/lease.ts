import type { CallLeg } from '@outdial/telephony';

/** After a start, a database error or a stall, this long must pass before a lease may expire. */
export const LEASE_SUSPENSION_MS = 15_000;
/** An agent that is silent but still in its room is waited for this much longer. */
export const AGENT_IN_ROOM_GRACE_MS = 30_000;

/** Who LiveKit shows in the room of a silent call; `unreachable` when it could not be asked. */
export type RoomSight = 'unreachable' | { readonly agent: boolean; readonly legs: readonly CallLeg[] };

/**
 * What to do about a call whose lease ran out `overdueMs` ago. An expired lease is a question, not an
 * answer: without LiveKit's view there is none.
 */
export const judgeLease = (sight: RoomSight, overdueMs: number): 'wait' | 'close' => {
  if (sight === 'unreachable') return 'wait';
  return sight.agent && overdueMs < AGENT_IN_ROOM_GRACE_MS ? 'wait' : 'close';
};
