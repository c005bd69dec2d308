import type { RoomSight } from '../src/domain/lease.ts';
import type { LiveKit } from '../src/ports.ts';

/** A LiveKit that writes down what it is asked and answers as it is told. */
export type RecordingLiveKit = LiveKit & {
  readonly dispatched: { room: string; metadata: string }[];
  readonly deleted: string[];
  /** Who is in each room; a room that is not here is empty. */
  readonly rooms: Map<string, RoomSight>;
  /** When set, every request fails. */
  away: boolean;
};

export const recordingLiveKit = (): RecordingLiveKit => {
  const failWhenAway = () => {
    if (livekit.away) throw new Error('fetch failed');
  };
  const livekit: RecordingLiveKit = {
    dispatched: [],
    deleted: [],
    rooms: new Map(),
    away: false,
    dispatch: async (room, metadata) => {
      failWhenAway();
      livekit.dispatched.push({ room, metadata });
      return `AD_${livekit.dispatched.length}`;
    },
    deleteRoom: async (room) => {
      failWhenAway();
      livekit.deleted.push(room);
      livekit.rooms.delete(room);
    },
    lookInto: async (room) =>
      livekit.away ? 'unreachable' : (livekit.rooms.get(room) ?? { agent: false, legs: [] }),
    existing: async (rooms) => {
      failWhenAway();
      return rooms.filter((room) => livekit.rooms.has(room));
    },
  };
  return livekit;
};
