import { transcriptTurnSchema } from '@outdial/telephony';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Call } from '../../domain/call.ts';
import { awaitsResult } from '../../domain/call-keepsake.ts';
import { HttpError } from '../../errors.ts';
import { parseByteRange } from '../byte-range.ts';
import { notFound } from '../call-answers.ts';
import { type App, callParams, errorResponses, type RouteDeps } from '../route.ts';

const errors = [
  'validation_failed',
  'unauthorized',
  'scope_missing',
  'call_not_found',
  'database_unavailable',
] as const;

const noTranscript = (call: Call): HttpError => {
  if (call.endedAt === null || awaitsResult(call)) {
    return new HttpError(
      'transcript_not_ready',
      'The transcript comes when the call is over; ask again then.',
    );
  }
  const why =
    call.answeredAt === null
      ? 'nobody answered this call'
      : 'it was deleted, or the agent could not hand it over';
  return new HttpError('transcript_not_found', `There is no transcript: ${why}.`);
};

const noRecording = (call: Call): HttpError => {
  const comes = call.recordingState === 'awaited' || (call.record && call.endedAt === null);
  if (comes) {
    return new HttpError('recording_not_ready', 'The recording comes after the end of the call; ask again.');
  }
  const why = !call.record
    ? 'this call was not to be recorded'
    : call.recordingState === 'deleted'
      ? 'it was deleted'
      : 'nobody answered, the callee did not want it, or the agent could not hand it over';
  return new HttpError('recording_not_found', `There is no recording: ${why}.`);
};

/** `GET /calls/:id/transcript` and `GET /calls/:id/recording`. */
export const keepsakeRoutes = (app: App, deps: RouteDeps): void => {
  app.route({
    method: 'GET',
    url: '/calls/:id/transcript',
    config: { access: 'read' },
    schema: {
      summary: 'What was said in a call, turn by turn',
      params: callParams,
      response: {
        200: z.strictObject({ call_id: z.string(), turns: z.array(transcriptTurnSchema) }),
        ...errorResponses(...errors, 'transcript_not_found', 'transcript_not_ready'),
      },
    },
    handler: async ({ params: { id } }) => {
      const call = await deps.calls.find(id);
      if (call === null) throw notFound(id);
      const turns = await deps.calls.findTranscript(id);
      if (turns === null) throw noTranscript(call);
      return { call_id: id, turns: [...turns] };
    },
  });

  app.route({
    method: 'GET',
    url: '/calls/:id/recording',
    config: { access: 'read' },
    schema: {
      summary: 'The sound of a call: Ogg Opus, left the callee, right the agent; takes one Range',
      params: callParams,
      headers: z.looseObject({ range: z.string().max(200).optional() }),
      response: errorResponses(
        ...errors,
        'recording_not_found',
        'recording_not_ready',
        'range_not_satisfiable',
      ),
    },
    handler: async (request, reply) => {
      const { id } = request.params;
      const call = await deps.calls.find(id);
      if (call === null) throw notFound(id);
      const size = call.recordingState === 'stored' ? await deps.recordings.size(call.id) : null;
      if (size === null) throw noRecording(call);
      const range = parseByteRange(request.headers.range, size);
      if (range.status === 'unsatisfiable') {
        throw new HttpError('range_not_satisfiable', `The recording has ${size} bytes.`, {
          headers: { 'content-range': `bytes */${size}` },
        });
      }
      const { start, end } = range.status === 'part' ? range : { start: 0, end: size - 1 };
      if (range.status === 'part') reply.code(206).header('content-range', `bytes ${start}-${end}/${size}`);
      // No schema describes a stream.
      return (reply as FastifyReply)
        .headers({
          'accept-ranges': 'bytes',
          'cache-control': 'private, no-store',
          'content-disposition': `attachment; filename="${call.id}.ogg"`,
          'content-length': String(end - start + 1),
        })
        .type('audio/ogg')
        .send(deps.recordings.read(call.id, start, end));
    },
  });
};
