import type { CallLeg } from '@outdial/telephony';

/** After a start, a database error or a stall, this long must pass before a lease may expire. */
export const LEASE_SUSPENSION_MS = 15_000;
/** An agent that is silent but can still speak for its call is waited for this much longer. */
export const SILENCE_GRACE_MS = 30_000;

/** Who LiveKit shows in the room of a silent call; `unreachable` when it could not be asked. */
export type RoomSight =
  | 'unreachable'
  | {
      readonly agent: boolean;
      readonly legs: readonly CallLeg[];
      /** True when callee and target are there and both have answered: then they hear each other. */
      readonly bridged?: boolean;
    };

/**
 * Whether two people talk on in the room of a silent call. They need no agent for that: nothing of theirs is cut
 * before one of them is gone. `wasBridged`: somebody told that the target had answered.
 */
export const talksOn = (sight: RoomSight, wasBridged: boolean): boolean => {
  if (sight === 'unreachable') return false;
  const there = new Set(sight.legs.map(({ identity }) => identity));
  return sight.bridged === true || (wasBridged && there.has('callee') && there.has('target'));
};

/**
 * What to do about a call whose lease ran out `overdueMs` ago; `legSeen`: whether a leg of it was ever seen. An
 * expired lease is a question, not an answer: without LiveKit's view there is none.
 */
export const judgeLease = (sight: RoomSight, overdueMs: number, legSeen: boolean): 'wait' | 'close' => {
  if (sight === 'unreachable') return 'wait';
  // With nobody on the line there is no hurry, and a job that was held up may yet say that it dialled nothing.
  const nothingWasEverThere = sight.legs.length === 0 && !legSeen;
  return (sight.agent || nothingWasEverThere) && overdueMs < SILENCE_GRACE_MS ? 'wait' : 'close';
};
