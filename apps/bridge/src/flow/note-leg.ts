import type { CallLeg } from '@outdial/telephony';
import { parseRoomName } from '../domain/call.ts';
import type { CallStore } from '../ports.ts';
import { applyEvent } from './advance.ts';

/**
 * Takes a hint of LiveKit's webhooks: a SIP leg was in a room of ours. Hints get lost, come late, twice
 * and out of order; what they show is only added where it is missing.
 */
export const noteLeg = async (
  deps: { readonly calls: CallStore },
  room: string,
  leg: CallLeg,
): Promise<'noted' | 'nothing_new'> => {
  const of = parseRoomName(room);
  if (of === null) return 'nothing_new';
  const advanced = await applyEvent(deps.calls, of.callId, { type: 'leg_seen', leg });
  return advanced?.changed === true ? 'noted' : 'nothing_new';
};
