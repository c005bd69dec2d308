import type { Logger } from '@outdial/runtime';
import { type Call, callFacts, roomName } from '../domain/call.ts';
import { type CallStore, type LiveKit, LiveKitUnavailable } from '../ports.ts';
import { applyEvent } from './advance.ts';
import { eachCall } from './each-call.ts';

type Deps = { readonly calls: CallStore; readonly livekit: LiveKit; readonly log: Logger };

/** How long after its end a call's rooms are watched. */
const WATCH_MS = 2 * 60 * 1000;
/** An agent reports the end before it hangs up; what is there after this is late. */
const LATE_AFTER_MS = 6_000;

const roomsOf = (call: Call): string[] =>
  Array.from({ length: call.dispatchNumber }, (_, at) => roomName(call.id, at + 1));

/** Deletes a room of a call that is over. A SIP leg in it is late: the record says so. */
const clearRoom = async (deps: Deps, call: Call, room: string): Promise<void> => {
  const sight = await deps.livekit.lookInto(room);
  if (sight === 'unreachable') throw new LiveKitUnavailable(`nobody could look into ${room}`);
  await deps.livekit.deleteRoom(room);
  if (sight.legs.length === 0) return;
  const facts = { ...callFacts(call), room, legs: sight.legs.length };
  deps.log.error(facts, 'a leg turned up after the end of its call and was removed');
  await applyEvent(deps.calls, call.id, { type: 'late_leg', legs: sight.legs });
};

/** Deletes every room of calls that have ended, of losing dispatches too, until LiveKit says they are gone. */
export const clearRooms = async (deps: Deps): Promise<void> => {
  const ended = await deps.calls.findRoomsToClear(LATE_AFTER_MS);
  await eachCall(deps.log, ended, async (call) => {
    try {
      for (const room of roomsOf(call)) await clearRoom(deps, call, room);
    } catch (error) {
      deps.log.debug({ ...callFacts(call), err: error }, 'rooms not deleted yet');
      return;
    }
    await deps.calls.saveRoomsCleared(call.id);
  });
};

/** Removes SIP legs that turn up afterwards in the rooms of calls that are over. */
export const sweepLateLegs = async (deps: Deps): Promise<void> => {
  const ended = await deps.calls.findEndedBetween(WATCH_MS, LATE_AFTER_MS);
  if (ended.length === 0) return;
  const there = new Set(await deps.livekit.existing(ended.flatMap(roomsOf)));
  const suspects = ended.filter((call) => roomsOf(call).some((room) => there.has(room)));
  await eachCall(deps.log, suspects, async (call) => {
    for (const room of roomsOf(call).filter((name) => there.has(name))) await clearRoom(deps, call, room);
  });
};
