import type { Logger } from '@outdial/runtime';
import { roomName } from '../domain/call.ts';
import type { CallStore, LiveKit } from '../ports.ts';
import { eachCall } from './each-call.ts';

type Deps = { readonly calls: CallStore; readonly livekit: LiveKit; readonly log: Logger };

// The agent reports the end before it hangs up; this long it has to do so in order.
const AGENT_CLEARS_WITHIN_MS = 3_000;

/** Deletes every room of calls that have ended, of losing dispatches too, until LiveKit says they are gone. */
export const clearRooms = async (deps: Deps): Promise<void> => {
  const ended = await deps.calls.findRoomsToClear(AGENT_CLEARS_WITHIN_MS);
  await eachCall(deps.log, ended, async (call) => {
    try {
      for (let number = 1; number <= call.dispatchNumber; number += 1) {
        await deps.livekit.deleteRoom(roomName(call.id, number));
      }
    } catch (error) {
      deps.log.debug({ callId: call.id, err: error }, 'rooms not deleted yet');
      return;
    }
    await deps.calls.saveRoomsCleared(call.id);
  });
};
