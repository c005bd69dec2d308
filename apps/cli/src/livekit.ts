import { RoomServiceClient, ServerError, SipClient } from 'livekit-server-sdk';
import { causeOf } from './errors.ts';
import type { LiveKitAccess } from './livekit-access.ts';

/** LiveKit's API: its telephony and its rooms. */
export type LiveKitClients = { readonly sip: SipClient; readonly rooms: RoomServiceClient };

/** Clients of that LiveKit. A request is sent once, to this very server, and given up after `timeoutSeconds`. */
export const createLiveKitClients = (access: LiveKitAccess, timeoutSeconds = 10): LiveKitClients => {
  const options = { requestTimeout: timeoutSeconds, failover: false };
  const { url, apiKey, apiSecret } = access;
  return {
    sip: new SipClient(url, apiKey, apiSecret, options),
    rooms: new RoomServiceClient(url, apiKey, apiSecret, options),
  };
};

/** Why LiveKit gave no answer that can be used. */
export type LiveKitFault = {
  readonly kind: 'key_refused' | 'no_telephony' | 'not_livekit' | 'unreachable' | 'error';
  /** What was seen, as a clause without a full stop. */
  readonly seen: string;
};

/** What an error of these clients says (the one place where it is read). */
export const livekitFaultOf = (error: unknown): LiveKitFault => {
  if (!(error instanceof ServerError)) return { kind: 'unreachable', seen: `no answer (${causeOf(error)})` };
  const { status, message } = error;
  if (status === 401 || status === 403) {
    return { kind: 'key_refused', seen: `LiveKit refused the key (HTTP ${status})` };
  }
  // psrpc's words of livekit-server when it runs without Redis.
  if (/sip not connected/i.test(message)) {
    return { kind: 'no_telephony', seen: 'this livekit-server has no telephony: it runs without Redis' };
  }
  if (status === 404 && error.code === undefined) {
    return { kind: 'not_livekit', seen: 'what answers there is not LiveKit (HTTP 404)' };
  }
  return { kind: 'error', seen: `LiveKit answered HTTP ${status}${error.code ? ` (${error.code})` : ''}` };
};
