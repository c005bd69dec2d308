import { CALL_STATUSES } from '@outdial/telephony';
import { z } from 'zod';
import type { Call } from '../domain/call.ts';
import { callLinks, callLinksSchema } from '../domain/call-record.ts';

/** The answer to a request for a call: it is written down. */
export const acceptedSchema = z
  .strictObject({
    id: z.string(),
    status: z.enum(CALL_STATUSES),
    room: z.string().nullable(),
    dispatch_id: z.string().nullable(),
    scheduled_for: z.iso.datetime().nullable(),
    replayed: z.boolean(),
    duplicate_of: z.string().nullable(),
    links: callLinksSchema,
  })
  .describe('The call is written down. room and dispatch_id are null until it is dispatched.');

/** The call as the answer tells it. */
export const accepted = (call: Call, facts: { replayed: boolean; duplicateOf: string | null }) => ({
  id: call.id,
  status: call.status,
  room: call.room,
  dispatch_id: call.dispatchId,
  scheduled_for: call.scheduledFor?.toISOString() ?? null,
  replayed: facts.replayed,
  duplicate_of: facts.duplicateOf,
  links: callLinks(call.id),
});
