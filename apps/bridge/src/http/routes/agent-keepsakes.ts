import { verifyReport } from '@outdial/runtime';
import {
  callResultSchema,
  RECORDING_LIMIT_BYTES,
  RESULT_LIMIT_BYTES,
  type RecordingClaim,
  recordingClaimText,
  traceFacts,
} from '@outdial/telephony';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { HttpError } from '../../errors.ts';
import { takeRecording } from '../../flow/take-recording.ts';
import { takeResult } from '../../flow/take-result.ts';
import { isForItsCall, unsigned } from '../plugins/agent-signature.ts';
import { type App, callParams, errorResponses, type RouteDeps } from '../route.ts';

// 200 MB over a line of 3 Mbit/s.
const RECORDING_WITHIN_MS = 10 * 60 * 1000;

const okSchema = z.strictObject({ stored: z.literal(true) });

const noSuchCall = (): HttpError => new HttpError('call_not_found', 'There is no such call.');
const notHeld = (): HttpError =>
  new HttpError('grant_not_held', 'This job never held the grant for the call.');

/** `PUT /agent/calls/:id/result`; signed as every report is. */
export const agentResultRoute = (app: App, deps: RouteDeps): void => {
  app.route({
    method: 'PUT',
    url: '/agent/calls/:id/result',
    config: { access: 'signed' },
    bodyLimit: RESULT_LIMIT_BYTES,
    schema: {
      hide: true,
      params: callParams,
      body: callResultSchema,
      response: {
        200: okSchema,
        ...errorResponses('signature_invalid', 'call_not_found', 'grant_not_held'),
      },
    },
    handler: async ({ params, body, traceparent }) => {
      switch (await takeResult(deps, params.id, body)) {
        case 'not_found':
          throw noSuchCall();
        case 'not_granted':
          throw notHeld();
        case 'taken':
          deps.log.info(
            {
              callId: params.id,
              ...traceFacts(traceparent),
              turns: body.transcript.length,
              complete: body.problem === null,
            },
            'result taken',
          );
          return { stored: true as const };
      }
    },
  });
};

const claimHeaders = z.looseObject({
  'x-outdial-bytes': z.string().regex(/^\d{1,12}$/),
  'x-outdial-sha256': z.string().regex(/^[0-9a-f]{64}$/),
  'x-outdial-token': z.string().min(16).max(256),
});

/** What the headers say of the body, if they were signed for this call and these very bytes. */
const claimOf = (request: FastifyRequest, secret: string): RecordingClaim => {
  const parsed = claimHeaders.safeParse(request.headers);
  if (!parsed.success) throw unsigned();
  const claim = {
    token: parsed.data['x-outdial-token'],
    bytes: Number(parsed.data['x-outdial-bytes']),
    sha256: parsed.data['x-outdial-sha256'],
  };
  if (!isForItsCall(request) || !verifyReport(secret, request.headers, recordingClaimText(claim))) {
    throw unsigned();
  }
  if (claim.bytes > RECORDING_LIMIT_BYTES) {
    throw new HttpError('payload_too_large', `A recording may have ${RECORDING_LIMIT_BYTES} bytes at most.`);
  }
  return claim;
};

/**
 * `PUT /agent/calls/:id/recording`. A body of this size is streamed, so its digest is signed in its place
 * and looked at before the first byte is taken; the bytes are held against it at the end.
 */
export const agentRecordingRoute = (app: App, deps: RouteDeps & { readonly secret: string }): void => {
  const claims = new WeakMap<FastifyRequest, RecordingClaim>();
  app.removeAllContentTypeParsers();
  // Left unread: the handler takes it from the connection.
  app.addContentTypeParser('audio/ogg', (_request, _payload, done) => done(null, undefined));
  app.addHook('onRequest', async (request) => {
    if (!request.is404) claims.set(request, claimOf(request, deps.secret));
  });

  app.route({
    method: 'PUT',
    url: '/agent/calls/:id/recording',
    config: { access: 'signed', bodyWithinMs: RECORDING_WITHIN_MS },
    bodyLimit: RECORDING_LIMIT_BYTES,
    schema: {
      hide: true,
      params: callParams,
      response: {
        200: okSchema,
        ...errorResponses(
          'signature_invalid',
          'call_not_found',
          'grant_not_held',
          'recording_not_wanted',
          'recording_damaged',
          'payload_too_large',
          'recordings_disk_full',
        ),
      },
    },
    handler: async (request) => {
      const { id } = request.params;
      const claim = claims.get(request);
      if (claim === undefined) throw unsigned();
      const facts = { callId: id, ...traceFacts(request.traceparent), bytes: claim.bytes };
      switch (await takeRecording(deps, id, claim, request.raw)) {
        case 'not_found':
          throw noSuchCall();
        case 'not_granted':
          throw notHeld();
        case 'not_wanted':
          throw new HttpError('recording_not_wanted', 'This call has no recording, or has it no more.');
        case 'mismatch':
          throw new HttpError(
            'recording_damaged',
            'The recording was cut or changed on its way; send it again.',
          );
        case 'disk_full':
          deps.log.error(facts, 'the disk of RECORDINGS_DIR is full: free some space or move the folder');
          throw new HttpError(
            'recordings_disk_full',
            'The disk of RECORDINGS_DIR is full. Free some space or move the folder; the agent tries again.',
          );
        case 'stored':
          deps.log.info(facts, 'recording stored');
          return { stored: true as const };
      }
    },
  });
};
