import type { Logger } from '@outdial/runtime';
import type { GrantedCall } from '@outdial/telephony';
import { DIAL_WITHIN_MS } from '@outdial/telephony';
import type { RoomServiceClient } from 'livekit-server-sdk';
import { z } from 'zod';
import type { CallLedger } from '../ports.ts';

const roomMetadataSchema = z.looseObject({
  outdial: z.looseObject({ dialed: z.string(), legs: z.array(z.string()).optional() }).optional(),
});

const parseRoomMetadata = (text: string): z.infer<typeof roomMetadataSchema> => {
  try {
    return roomMetadataSchema.parse(JSON.parse(text));
  } catch {
    // Foreign metadata that is not a JSON object is replaced: the mark matters more.
    return {};
  }
};

/**
 * The ledger of a dispatch made without the bridge: no record, the outcome is logged. The room's
 * metadata holds `outdial: { dialed: <token> }` before anything is dialled, so that a job which
 * LiveKit runs again finds another's mark and leaves.
 */
export const createRoomLedger = (options: {
  readonly rooms: Pick<RoomServiceClient, 'listRooms' | 'updateRoomMetadata'>;
  readonly roomName: string;
  readonly token: string;
  readonly call: GrantedCall;
  readonly log: Logger;
}): CallLedger => {
  const { rooms, roomName, token, log } = options;
  const read = async () => {
    const [room] = await rooms.listRooms([roomName]);
    return parseRoomMetadata(room?.metadata ?? '');
  };
  return {
    grant: async () => {
      try {
        const before = await read();
        if (before.outdial !== undefined && before.outdial.dialed !== token) {
          return { status: 'refused', reason: 'taken' };
        }
        await rooms.updateRoomMetadata(roomName, JSON.stringify({ ...before, outdial: { dialed: token } }));
        const after = await read();
        if (after.outdial?.dialed !== token) return { status: 'refused', reason: 'taken' };
        return { status: 'granted', call: options.call, dialBefore: performance.now() + DIAL_WITHIN_MS };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return { status: 'refused', reason: `the room cannot be marked: ${reason}` };
      }
    },
    // One job, one process: its own mark in the room is claim enough, and no other ever asks.
    grantLeg: async ({ key }) => {
      try {
        const before = await read();
        const legs = before.outdial?.legs ?? [];
        if (before.outdial?.dialed !== token || legs.includes(key))
          return { status: 'refused', reason: 'taken' };
        const outdial = { ...before.outdial, legs: [...legs, key] };
        await rooms.updateRoomMetadata(roomName, JSON.stringify({ ...before, outdial }));
        return { status: 'granted', dialBefore: performance.now() + DIAL_WITHIN_MS };
      } catch (error) {
        log.warn({ reason: String(error) }, 'the room cannot be marked for a second leg');
        return { status: 'refused', reason: 'unreachable' };
      }
    },
    watchesOver: false,
    note: (step) => log.debug({ step: step.type }, 'call step'),
    onCancel: () => {},
    close: async (outcome) => {
      const { status, end_reason, blame, retry, sip, rang, hung_up_by, ring_ms, talk_ms } = outcome;
      const facts = { status, end_reason, blame, retry, sip, rang, hung_up_by, ring_ms, talk_ms };
      const { message, transfer } = outcome;
      log.info({ outcome: facts, 'pii.message': message, transfer: transfer?.result ?? null }, 'call ended');
      return async () => {};
    },
  };
};
