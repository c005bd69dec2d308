import { Socket } from 'node:net';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { keyName } from '../plugins/authorization.ts';
import { type App, errorResponses, type RouteDeps } from '../route.ts';

// Nothing is sent while it is written.
const BACKUP_WITHIN_MS = 10 * 60 * 1000;

/** `POST /backup`. It needs no body. */
export const backupRoute = (app: App, deps: RouteDeps): void => {
  app.route({
    method: 'POST',
    url: '/backup',
    config: { access: 'admin' },
    schema: {
      summary:
        'The whole database, but for recordings, as gzipped lines of JSON; outdial backup writes it to a file',
      querystring: z.strictObject({}),
      response: errorResponses('validation_failed', 'unauthorized', 'scope_missing', 'database_unavailable'),
    },
    handler: async (request, reply) => {
      // Requests that never were on a network have no real one.
      const { socket } = request.raw;
      if (socket instanceof Socket) socket.setTimeout(BACKUP_WITHIN_MS);
      const { bytes, content } = await deps.backups.write();
      deps.log.info({ key: keyName(request), bytes }, 'backup written');
      const day = new Date().toISOString().slice(0, 10);
      // No schema describes a stream.
      return (reply as FastifyReply)
        .headers({
          'cache-control': 'private, no-store',
          'content-disposition': `attachment; filename="outdial-${day}.ndjson.gz"`,
          'content-length': String(bytes),
        })
        .type('application/gzip')
        .send(content);
    },
  });
};
