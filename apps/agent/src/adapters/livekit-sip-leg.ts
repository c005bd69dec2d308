import { SIPMediaConfig, SIPOutboundConfig, SIPTransport } from '@livekit/protocol';
import type { Logger } from '@outdial/runtime';
import { dialTiming, offeredCodecs } from '@outdial/telephony';
import { AccessToken, RoomServiceClient, ServerError, SipCallError, SipClient } from 'livekit-server-sdk';
import type { AgentConfig } from '../config.ts';
import type { DialResult, Invite, ReferResult, SipLeg, TargetLeg } from '../ports.ts';

/** Identity of the callee's SIP participant in its room. */
export const CALLEE_IDENTITY = 'callee';
/** Identity of a transfer target's SIP participant in that room. */
export const TARGET_IDENTITY = 'target';

const TRANSPORTS = {
  udp: SIPTransport.SIP_TRANSPORT_UDP,
  tcp: SIPTransport.SIP_TRANSPORT_TCP,
  tls: SIPTransport.SIP_TRANSPORT_TLS,
} as const;

/** The request outlasts the ring time, so that LiveKit's own word comes first. */
const REFER_MARGIN_SECONDS = 5;

/** LiveKit's own limit comes after the job's, which says goodbye and reports. */
const MAX_CALL_MARGIN_SECONDS = 30;

/** LiveKit was never reached: nothing can have been dialled (undici's codes for a failed connect). */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const inlineTrunk = (config: AgentConfig): SIPOutboundConfig | undefined =>
  config.SIP_TRUNK_ID === null
    ? new SIPOutboundConfig({
        hostname: config.SIP_TRUNK_HOST ?? '',
        transport: TRANSPORTS[config.SIP_TRUNK_TRANSPORT],
        authUsername: config.SIP_TRUNK_USERNAME ?? '',
        authPassword: config.SIP_TRUNK_PASSWORD ?? '',
        fromHost: config.SIP_FROM_HOST ?? '',
        destinationCountry: config.SIP_DESTINATION_COUNTRY,
      })
    : undefined;

const mediaOf = (config: AgentConfig): { media?: SIPMediaConfig } =>
  config.SIP_CODECS.length === 0
    ? {}
    : {
        media: new SIPMediaConfig({
          onlyListedCodecs: true,
          codecs: offeredCodecs(config.SIP_CODECS).map((name) => ({ name, rate: 8000 })),
        }),
      };

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const causeCode = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
};

/** What an error of CreateSIPParticipant says about the dial (the one place where it is read). */
export const dialResultOf = (error: unknown): DialResult => {
  if (error instanceof SipCallError) {
    return {
      status: 'failed',
      sipStatus: error.sipStatusCode ?? null,
      sipReason: error.sipStatus ?? null,
      errorText: error.message,
    };
  }
  const code = error instanceof ServerError ? (error.code ?? '') : causeCode(error);
  if (error instanceof ServerError || NEVER_SENT.has(code)) {
    const errorText = [code, textOf(error)].filter((part) => part !== '').join(': ');
    return { status: 'failed', sipStatus: null, sipReason: null, errorText };
  }
  return { status: 'lost', errorText: textOf(error) };
};

/** Signed before the dial, so that nothing is waited for between the look at the clock and the request. */
const dialToken = (config: AgentConfig): Promise<string> => {
  const token = new AccessToken(config.LIVEKIT_API_KEY, config.LIVEKIT_API_SECRET, { ttl: '10m' });
  token.addSIPGrant({ call: true });
  return token.toJwt();
};

const referResultOf = (error: unknown): ReferResult => {
  if (error instanceof SipCallError && error.sipStatusCode !== undefined) {
    return { status: 'refused', sipStatus: error.sipStatusCode, errorText: error.message };
  }
  // Anything without a SIP status (a timeout, a lost connection) leaves the target possibly ringing.
  return { status: 'unknown', errorText: textOf(error) };
};

/** Places the call of one leg into a room. `before` is looked at immediately before the request leaves. */
const place = async (
  identity: string,
  roomName: string,
  config: AgentConfig,
  invite: Invite,
  before: number,
): Promise<DialResult> => {
  const timing = dialTiming(invite.ringTimeoutSeconds);
  try {
    const token = await dialToken(config);
    const dialer = new SipClient(config.LIVEKIT_URL, undefined, undefined, { token, failover: false });
    if (performance.now() >= before) return { status: 'too_late' };
    await dialer.createSipParticipant(
      config.SIP_TRUNK_ID ?? '',
      invite.dialString,
      roomName,
      {
        participantIdentity: identity,
        participantMetadata: invite.participantMetadata,
        fromNumber: invite.fromNumber,
        ...(invite.displayName === null ? {} : { displayName: invite.displayName }),
        headers: { ...invite.headers },
        hidePhoneNumber: true,
        ringingTimeout: timing.ringingTimeoutSeconds,
        // LiveKit counts the ringing in; the job's own timer keeps the real limit.
        maxCallDuration: timing.ringingTimeoutSeconds + invite.maxCallSeconds + MAX_CALL_MARGIN_SECONDS,
        waitUntilAnswered: true,
        timeout: timing.requestTimeoutSeconds,
        ...mediaOf(config),
      },
      inlineTrunk(config),
    );
    return { status: 'answered' };
  } catch (error) {
    return dialResultOf(error);
  }
};

const isGone = (error: unknown): boolean => error instanceof ServerError && error.code === 'not_found';

/** The leg to a transfer target, in the room of the call. */
export const createTargetLeg = (roomName: string, config: AgentConfig, log: Logger): TargetLeg => {
  const { LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET } = config;
  const rooms = new RoomServiceClient(LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET, { failover: false });
  return {
    dial: (invite, before) => place(TARGET_IDENTITY, roomName, config, invite, before),
    remove: async () => {
      try {
        await rooms.removeParticipant(roomName, TARGET_IDENTITY);
      } catch (error) {
        if (!isGone(error)) log.warn({ reason: textOf(error) }, 'the leg of the target could not be ended');
      }
    },
  };
};

/**
 * The SIP leg of one call, in LiveKit. SDK failover is off: a request that is sent again to another
 * region would dial again.
 */
export const createSipLeg = (roomName: string, config: AgentConfig, log: Logger): SipLeg => {
  const credentials = [config.LIVEKIT_URL, config.LIVEKIT_API_KEY, config.LIVEKIT_API_SECRET] as const;
  const sip = new SipClient(...credentials, { failover: false });
  const rooms = new RoomServiceClient(...credentials, { failover: false });

  return {
    dial: (invite, before) => place(CALLEE_IDENTITY, roomName, config, invite, before),
    refer: async (referTo, headers) => {
      try {
        await sip.transferSipParticipant(roomName, CALLEE_IDENTITY, referTo, {
          headers: { ...headers },
          ringingTimeout: config.TRANSFER_RING_SECONDS,
          timeout: config.TRANSFER_RING_SECONDS + REFER_MARGIN_SECONDS,
        });
        return { status: 'accepted' };
      } catch (error) {
        return referResultOf(error);
      }
    },
    hangUp: async () => {
      try {
        // Takes the leg out with the room: CANCEL before an answer, BYE after it.
        await rooms.deleteRoom(roomName);
      } catch (error) {
        if (!isGone(error))
          log.warn({ reason: textOf(error) }, 'the room could not be deleted; the bridge will');
      }
    },
  };
};
