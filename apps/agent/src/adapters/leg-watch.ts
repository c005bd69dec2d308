import {
  ConnectionState,
  DisconnectReason,
  type Participant,
  type RemoteParticipant,
  type Room,
  RoomEvent,
} from '@livekit/rtc-node';
import { wireCallId } from '@outdial/telephony';

/** What the room shows of the callee's leg, as it happens (LiveKit's `sip.*` attributes). */
export type LegWatch = {
  /** Times in ms of `performance.now()`; `null` while not seen. */
  readonly facts: () => LegFacts;
  /** Resolves when the leg is answered (`sip.callStatus` is `active`). */
  readonly active: Promise<void>;
  /** Resolves when the leg left the room, with why. */
  readonly gone: Promise<LegGone>;
  /** Resolves when our own connection to the room ended, with why. */
  readonly roomLost: Promise<LegGone>;
};

export type LegFacts = {
  readonly seen: boolean;
  readonly ringingAt: number | null;
  readonly activeAt: number | null;
  readonly participantSid: string | null;
  readonly sipCallId: string | null;
  readonly gone: LegGone | null;
  readonly roomLost: LegGone | null;
};

/**
 * `hangup`: the callee's BYE or a normal close · `removed`: taken out by the API · `lost`: LiveKit lost it, which
 * says nothing of the callee · `vanished`: it is not there any more, and nobody says why · `failed`: anything else.
 */
export type LegGone = {
  readonly cause: 'hangup' | 'removed' | 'lost' | 'vanished' | 'failed';
  readonly detail: string;
};

/** Steps that a watcher is told at once. */
export type LegListener = {
  onLeg(participantSid: string | null, sipCallId: string | null): void;
  onRinging(): void;
};

/**
 * livekit-sip leaves a dropped call (no sound for 30 s) with CLIENT_INITIATED as well, but only a true
 * hang-up sets `sip.callStatus` first (its outbound.go, close). A livekit-sip that died leaves its legs with
 * CONNECTION_TIMEOUT after some 20 s; after a restart of livekit-server a leg is not there any more, and nobody
 * gives a reason.
 */
const whyGone = (reason: DisconnectReason | undefined, status?: string): LegGone => {
  const detail = reason === undefined ? 'no reason given' : (DisconnectReason[reason] ?? 'UNKNOWN_REASON');
  switch (reason) {
    case DisconnectReason.CLIENT_INITIATED:
      return { cause: status === 'active' ? 'failed' : 'hangup', detail };
    case DisconnectReason.USER_REJECTED:
    case DisconnectReason.USER_UNAVAILABLE:
      return { cause: 'hangup', detail };
    case DisconnectReason.PARTICIPANT_REMOVED:
    case DisconnectReason.ROOM_DELETED:
      return { cause: 'removed', detail };
    case undefined:
    case DisconnectReason.UNKNOWN_REASON:
      return { cause: 'vanished', detail };
    // LiveKit closed the room by itself, as idle; only ROOM_DELETED is somebody's wish.
    case DisconnectReason.ROOM_CLOSED:
    case DisconnectReason.CONNECTION_TIMEOUT:
    case DisconnectReason.SERVER_SHUTDOWN:
    case DisconnectReason.SIGNAL_CLOSE:
    case DisconnectReason.STATE_MISMATCH:
      return { cause: 'lost', detail };
    default:
      return { cause: 'failed', detail };
  }
};

/**
 * Before a full reconnect of our own the Rust SDK lets every participant leave without a reason, and they come
 * back with it (livekit room/mod.rs, handle_restarting): so long may a leg be missing from a connected room.
 */
const BACK_WITHIN_MS = 3_000;

/**
 * Watches the participant `identity` in a room. Register before connecting: a participant who is
 * already there is reported by the room as it connects.
 */
export const watchLeg = (room: Room, identity: string, listener: LegListener): LegWatch => {
  const facts: { -readonly [K in keyof LegFacts]: LegFacts[K] } = {
    seen: false,
    ringingAt: null,
    activeAt: null,
    participantSid: null,
    sipCallId: null,
    gone: null,
    roomLost: null,
  };
  const active = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<LegGone>();
  const roomLost = Promise.withResolvers<LegGone>();

  let missing: NodeJS.Timeout | undefined;

  const leave = (why: LegGone) => {
    clearTimeout(missing);
    facts.gone ??= why;
    gone.resolve(facts.gone);
  };
  const leaveUnlessBack = (why: LegGone) => {
    clearTimeout(missing);
    missing = setTimeout(() => {
      if (room.connectionState === ConnectionState.CONN_RECONNECTING) leaveUnlessBack(why);
      else leave(why);
    }, BACK_WITHIN_MS).unref();
  };

  const read = (participant: Participant) => {
    if (participant.identity !== identity) return;
    if (participant.sid === facts.participantSid) clearTimeout(missing);
    const attributes = participant.attributes;
    if (!facts.seen) {
      facts.seen = true;
      facts.participantSid = participant.sid ?? null;
      const callId = attributes['sip.callID'];
      facts.sipCallId = callId === undefined ? null : wireCallId(callId);
      listener.onLeg(facts.participantSid, facts.sipCallId);
    }
    const status = attributes['sip.callStatus'];
    if (status === 'ringing' && facts.ringingAt === null) {
      facts.ringingAt = performance.now();
      listener.onRinging();
    }
    if (status === 'active' && facts.activeAt === null) {
      facts.activeAt = performance.now();
      active.resolve();
    }
  };

  room.on(RoomEvent.ParticipantConnected, (participant: RemoteParticipant) => read(participant));
  room.on(RoomEvent.ParticipantAttributesChanged, (_changed: unknown, participant: Participant) =>
    read(participant),
  );
  room.on(RoomEvent.ConnectionStateChanged, () => {
    for (const participant of room.remoteParticipants.values()) read(participant);
  });
  room.on(RoomEvent.ParticipantDisconnected, (participant: RemoteParticipant) => {
    if (participant.identity !== identity) return;
    // One that had this name before, and leaves late.
    const sid = participant.sid ?? null;
    if (facts.participantSid !== null && sid !== null && sid !== facts.participantSid) return;
    const why = whyGone(participant.disconnectReason, participant.attributes['sip.callStatus']);
    if (why.cause === 'vanished') leaveUnlessBack(why);
    else leave(why);
  });
  room.on(RoomEvent.Disconnected, (reason: DisconnectReason) => {
    // Nobody can tell any more whether it would have come back.
    clearTimeout(missing);
    facts.roomLost ??= whyGone(reason);
    roomLost.resolve(facts.roomLost);
  });

  return {
    facts: () => ({ ...facts }),
    active: active.promise,
    gone: gone.promise,
    roomLost: roomLost.promise,
  };
};
