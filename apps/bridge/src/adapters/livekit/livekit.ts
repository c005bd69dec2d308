import { AgentDispatchClient, JobRestartPolicy, RoomServiceClient, ServerError } from 'livekit-server-sdk';
import { type LiveKit, LiveKitRejected, LiveKitUnavailable } from '../../ports.ts';
import { areBridged, sipLegOf } from './sip-leg.ts';

/** How to reach LiveKit, and the name that the agents register under. */
export type LiveKitSettings = {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly agentName: string;
};

// A dispatch is two requests, and both together must stay below the five seconds after which it is made again.
const REQUEST_TIMEOUT_SECONDS = 2.4;
// A room in which nobody ever appears, or that everybody left, goes away by itself: also when this
// bridge cannot delete it any more. Longer than a job may take to start: a dispatch is given up after 60 s without
// any grant, and LiveKit closes an idle room also under a participant who joins at that very moment.
const EMPTY_ROOM_SECONDS = 120;
const LEFT_ROOM_SECONDS = 10;
// ParticipantInfo.Kind of LiveKit's protocol (livekit_models.proto), which the SDK does not export.
const KIND_AGENT = 4;

const isNotFound = (error: unknown): boolean =>
  error instanceof ServerError && (error.status === 404 || error.code === 'not_found');

// LiveKit answers a bad signature with the whole token in its text; a cause would be logged as well.
const withoutTokens = (text: string): string => text.replace(/eyJ[\w-]*\.[\w-]*\.[\w-]*/g, '<token>');

/** Runs a request; what goes wrong comes out as one of our two errors, without tokens in its text. */
const translated = async <T>(request: Promise<T>): Promise<T> => {
  try {
    return await request;
  } catch (error) {
    if (isNotFound(error)) throw error;
    const message = withoutTokens(error instanceof Error ? error.message : String(error));
    const refused = error instanceof ServerError && (error.status === 401 || error.status === 403);
    throw refused ? new LiveKitRejected(message) : new LiveKitUnavailable(message);
  }
};

const ignoreNotFound = async (request: Promise<void>): Promise<void> => {
  try {
    await translated(request);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
};

/** LiveKit through its server API. Failover is off: a request that was repeated could start two jobs. */
export const createLiveKit = (settings: LiveKitSettings): LiveKit => {
  const options = { failover: false, requestTimeout: REQUEST_TIMEOUT_SECONDS };
  const credentials = [settings.url, settings.apiKey, settings.apiSecret, options] as const;
  const dispatches = new AgentDispatchClient(...credentials);
  const rooms = new RoomServiceClient(...credentials);
  return {
    dispatch: async (room, metadata) => {
      await translated(
        rooms.createRoom({
          name: room,
          emptyTimeout: EMPTY_ROOM_SECONDS,
          departureTimeout: LEFT_ROOM_SECONDS,
        }),
      );
      const dispatch = await translated(
        dispatches.createDispatch(room, settings.agentName, {
          metadata,
          restartPolicy: JobRestartPolicy.JRP_NEVER,
        }),
      );
      return dispatch.id;
    },
    deleteRoom: (room) => ignoreNotFound(rooms.deleteRoom(room)),
    lookInto: async (room) => {
      try {
        const participants = await rooms.listParticipants(room);
        return {
          agent: participants.some((participant) => Number(participant.kind) === KIND_AGENT),
          legs: participants.flatMap((participant) => sipLegOf(participant) ?? []),
          bridged: areBridged(participants),
        };
      } catch (error) {
        return isNotFound(error) ? { agent: false, legs: [] } : 'unreachable';
      }
    },
    existing: async (names) => (await translated(rooms.listRooms([...names]))).map((room) => room.name),
  };
};
