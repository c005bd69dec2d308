import type { CallLeg } from '@outdial/telephony';
import { parseRoomName } from '../domain/call.ts';
import type { CallStore } from '../ports.ts';
import { type Advanced, applyEvent } from './advance.ts';

/**
 * Takes a hint of LiveKit's webhooks: a SIP leg was in a room of ours. Hints get lost, come late, twice
 * and out of order; what they show is only added where it is missing. `null`: there is no such call.
 */
export const noteLeg = async (
  deps: { readonly calls: CallStore },
  room: string,
  leg: CallLeg,
): Promise<Advanced | null> => {
  const of = parseRoomName(room);
  return of === null ? null : applyEvent(deps.calls, of.callId, { type: 'leg_seen', leg });
};
