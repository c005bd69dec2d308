import { WebhookReceiver } from 'livekit-server-sdk';
import type { ReadLiveKitWebhook } from '../../ports.ts';
import { sipLegOf } from './sip-leg.ts';

/** Reads webhooks that are signed with this key pair: a token with the SHA-256 of the raw body. */
export const createWebhookReader = (apiKey: string, apiSecret: string): ReadLiveKitWebhook => {
  const receiver = new WebhookReceiver(apiKey, apiSecret);
  return async (body, authorization) => {
    try {
      const { event, room, participant } = await receiver.receive(body, authorization);
      return {
        event: String(event),
        room: room?.name ?? null,
        leg: participant === undefined ? null : sipLegOf(participant),
      };
    } catch {
      return null;
    }
  };
};
