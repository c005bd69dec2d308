import type { Logger } from '@outdial/runtime';
import { type Call, roomName } from '../domain/call.ts';
import type { CallStore, LiveKit } from '../ports.ts';
import { applyEvent } from './advance.ts';
import { eachCall } from './each-call.ts';

type Deps = { readonly calls: CallStore; readonly livekit: LiveKit; readonly log: Logger };

/** How long after its end a call's rooms are watched. */
const WATCH_MS = 2 * 60 * 1000;
/** An agent that ends its call in order has hung up by then; what is there after it is late. */
const LATE_AFTER_MS = 6_000;

const roomsOf = (call: Call): string[] =>
  Array.from({ length: call.dispatchNumber }, (_, at) => roomName(call.id, at + 1));

/** Removes SIP legs that turn up in the rooms of calls that are over, and says so in their records. */
export const sweepLateLegs = async (deps: Deps): Promise<void> => {
  const ended = await deps.calls.findEndedBetween(WATCH_MS, LATE_AFTER_MS);
  if (ended.length === 0) return;
  const there = new Set(await deps.livekit.existing(ended.flatMap(roomsOf)));
  const suspects = ended.filter((call) => roomsOf(call).some((room) => there.has(room)));
  await eachCall(deps.log, suspects, async (call) => {
    for (const room of roomsOf(call).filter((name) => there.has(name))) {
      const sight = await deps.livekit.lookInto(room);
      if (sight === 'unreachable') continue;
      await deps.livekit.deleteRoom(room);
      if (sight.legs.length === 0) continue;
      deps.log.error(
        { callId: call.id, room, legs: sight.legs.length },
        'a leg turned up after the end of its call and was removed',
      );
      await applyEvent(deps.calls, call.id, { type: 'late_leg', legs: sight.legs });
    }
  });
};
