import { z } from 'zod';
import { callFacts, parseRoomName } from '../../domain/call.ts';
import { HttpError } from '../../errors.ts';
import { noteLeg } from '../../flow/note-leg.ts';
import type { ReadLiveKitWebhook } from '../../ports.ts';
import { type App, errorResponses, type RouteDeps } from '../route.ts';
import { signedText } from '../signed-text.ts';

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
  deps: RouteDeps & { readonly readLiveKitWebhook: ReadLiveKitWebhook },
): void => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    ['application/webhook+json', 'application/json'],
    { parseAs: 'buffer' },
    (_request, body, done) => {
      const text = signedText(body);
      return text === null ? done(unsigned(), undefined) : done(null, text);
    },
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
      const hint = await deps.readLiveKitWebhook(request.body, request.headers.authorization);
      if (hint === null) throw unsigned();
      const { event, room, leg } = hint;
      // A LiveKit project may be shared: rooms of others are none of our business.
      if (room === null || parseRoomName(room) === null) return { status: 'taken' as const };
      if (leg !== null) {
        const noted = await noteLeg(deps, room, leg);
        const facts = noted === null ? {} : { ...callFacts(noted.call), isNew: noted.changed };
        deps.log.debug({ event, room, ...facts }, 'LiveKit told of a leg');
      }
      if (event === 'participant_left' || event === 'room_finished') deps.wake();
      return { status: 'taken' as const };
    },
  });
};
