import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { findUnstorable } from '../../domain/storable.ts';
import { HttpError, pointerTo } from '../../errors.ts';

const plugin = async (app: FastifyInstance): Promise<void> => {
  app.addHook('preValidation', async (request) => {
    for (const part of [request.params, request.query, request.body]) {
      const found = findUnstorable(part);
      if (found === null) continue;
      const { path, detail } = found;
      throw new HttpError('validation_failed', `${path[0] ?? 'body'}: ${detail}`, {
        errors: [{ pointer: pointerTo(path), detail }],
      });
    }
  });
};

/** Refuses what no record could hold, in address, query and body, before any schema walks through it. */
export const storableInput = fp(plugin, { name: 'storable-input', dependencies: ['error-answers'] });
