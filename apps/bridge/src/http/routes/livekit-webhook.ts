import { WebhookReceiver } from 'livekit-server-sdk';
import { z } from 'zod';
import { sipLegOf } from '../../adapters/livekit/sip-leg.ts';
import { HttpError } from '../../errors.ts';
import { noteLeg } from '../../flow/note-leg.ts';
import { type App, errorResponses, type RouteDeps } from '../route.ts';

/** What LiveKit signs its webhooks with. */
export type LiveKitKey = { readonly apiKey: string; readonly apiSecret: string };

const unsigned = (): HttpError =>
  new HttpError(
    'signature_invalid',
    'LiveKit did not sign this with LIVEKIT_API_KEY; set webhook.api_key in LiveKit’s configuration to that key.',
  );

/**
 * `POST /livekit/webhook`: signed by LiveKit over the raw body. Only hints: a SIP leg that the agent did
 * not see, and a reason to look into rooms now instead of in a second.
 */
export const livekitWebhookRoute = (
  app: App,
  deps: RouteDeps & { readonly livekitKey: LiveKitKey },
): void => {
  const receiver = new WebhookReceiver(deps.livekitKey.apiKey, deps.livekitKey.apiSecret);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    ['application/webhook+json', 'application/json'],
    { parseAs: 'string' },
    (_request, body, done) => done(null, body),
  );

  app.route({
    method: 'POST',
    url: '/livekit/webhook',
    config: { access: 'signed' },
    schema: {
      hide: true,
      body: z.string(),
      response: {
        200: z.strictObject({ status: z.literal('taken') }),
        ...errorResponses('signature_invalid'),
      },
    },
    handler: async (request) => {
      const event = await receiver.receive(request.body, request.headers.authorization).catch(() => {
        throw unsigned();
      });
      const { room, participant } = event;
      const leg = participant === undefined ? null : sipLegOf(participant);
      if (room !== undefined && leg !== null) {
        const noted = await noteLeg(deps, room.name, leg);
        deps.log.debug({ event: event.event, room: room.name, noted }, 'LiveKit told of a leg');
      }
      if (event.event === 'participant_left' || event.event === 'room_finished') deps.wake();
      return { status: 'taken' as const };
    },
  });
};
