import type { CallLeg } from '@outdial/telephony';
import type { RoomSight } from '../domain/lease.ts';

/** LiveKit, as far as the bridge needs it. Methods throw when LiveKit cannot be reached. */
export interface LiveKit {
  /** Makes the room and asks for one job in it; LiveKit never restarts that job. Gives the dispatch's id. */
  dispatch(room: string, metadata: string): Promise<string>;
  /** Deletes the room, which hangs up its SIP legs; one that is gone already is fine. */
  deleteRoom(room: string): Promise<void>;
  /** Who is in the room; an absent room is an empty one. Never throws: `unreachable` instead. */
  lookInto(room: string): Promise<RoomSight>;
  /** Those of these rooms that exist. */
  existing(rooms: readonly string[]): Promise<readonly string[]>;
}

/** What a webhook of LiveKit tells us: its event, the room, and the SIP leg that it is about. */
export type LiveKitHint = {
  readonly event: string;
  readonly room: string | null;
  readonly leg: CallLeg | null;
};

/** Reads a webhook; null when LiveKit did not sign this very body. Never throws. */
export type ReadLiveKitWebhook = (
  body: string,
  authorization: string | undefined,
) => Promise<LiveKitHint | null>;

/** LiveKit refused the bridge's own key: nothing was done, and asking again is of no use. */
export class LiveKitRejected extends Error {
  readonly code = 'livekit_rejected';
  readonly retryable = false;

  constructor(detail: string) {
    super(`LiveKit refused the API key: ${detail}`);
    this.name = 'LiveKitRejected';
  }
}

/** LiveKit could not be reached or failed: what was asked for may have been done or not. */
export class LiveKitUnavailable extends Error {
  readonly code = 'livekit_unavailable';
  readonly retryable = true;

  constructor(detail: string) {
    super(`LiveKit did not do what was asked: ${detail}`);
    this.name = 'LiveKitUnavailable';
  }
}
