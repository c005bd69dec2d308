import { CALL_STATUSES, storedOutcomeSchema, traceFacts } from '@outdial/telephony';
import { z } from 'zod';
import type { Call } from './call.ts';
import type { CallbackView } from './callback.ts';

const time = z.iso.datetime().describe('RFC 3339, UTC, milliseconds; from the database clock');
const text = z.string();

/** One event on its way to one address, as people see it. */
export const callbackSchema = z
  .strictObject({
    id: text.describe('cb_ and a UUID'),
    call_id: text,
    event: text,
    url: text.describe('Without its query, which may hold a secret'),
    kind: z.enum(['resume', 'standing']),
    status: z.enum(['pending', 'delivered', 'dead']),
    attempts: z.number().int(),
    last_status: z.number().int().nullable().describe('HTTP status of the last answer'),
    last_error: text.nullable(),
    created_at: time,
    next_attempt_at: time.nullable(),
    delivered_at: time.nullable(),
  })
  .describe('A callback: one event of one call to one address');

/** Where to go from here, relative to the bridge. */
export const callLinksSchema = z.strictObject({
  self: z.string(),
  events: z.string(),
  cancel: z.string(),
});

/** The call record: the same object in the API and in callbacks. Every field is always present. */
export const callRecordSchema = z
  .strictObject({
    id: text.describe('call_ and a UUIDv7'),
    status: z.enum(CALL_STATUSES),
    destination: text.describe('E.164'),
    account_code: text.nullable(),
    transfer_target: text.nullable().describe('tel: or sip: URI'),
    caller_id: text.nullable(),
    caller_id_source: text.nullable().describe('request, SIP_FROM_NUMBER, SIP_FROM_IDENTITY or destination'),
    caller_name: text.nullable(),
    playbook: text.nullable(),
    variables: z.json(),
    metadata: z.json(),
    room: text.nullable(),
    dispatch_id: text.nullable(),
    duplicate_of: text.nullable(),
    created_at: time,
    scheduled_for: time.nullable(),
    not_after: time,
    dispatched_at: time.nullable(),
    dialing_at: time.nullable(),
    ringing_at: time.nullable(),
    answered_at: time.nullable(),
    ended_at: time.nullable(),
    cancel_requested_at: time.nullable(),
    opted_out_at: time.nullable().describe('When the callee asked not to be called again'),
    outcome: storedOutcomeSchema.nullable(),
    legs: z.array(
      z.strictObject({
        identity: z.enum(['callee', 'target']),
        participant_sid: text.nullable(),
        sip_call_id: text.nullable(),
        sip_status: z.number().int().nullable().describe('Final answer to the INVITE of this leg'),
        sip_reason: text.nullable(),
      }),
    ),
    result: z.json().describe('By the playbook’s JSON Schema; null where the callee gave no answer'),
    summary: text.nullable().describe('One or two sentences'),
    result_problem: text.nullable().describe('Why there is no result or no summary'),
    transcript_url: text.nullable().describe('Relative to the bridge'),
    recording_url: text.nullable().describe('Relative to the bridge; there when the recording is'),
    attempt: z.number().int(),
    retry_of: text.nullable(),
    callbacks: z.array(callbackSchema),
    late_leg: z.boolean(),
    purged_at: time.nullable().describe('When what it says about people was deleted'),
    trace_id: text.nullable().describe('The trace (W3C Trace Context) of the request that asked for it'),
    links: callLinksSchema,
  })
  .describe('One call: what was asked, what happened, how it ended');

export type CallRecord = z.output<typeof callRecordSchema>;

const iso = (date: Date): string => date.toISOString();
const isoOrNull = (date: Date | null): string | null => date?.toISOString() ?? null;

/** Links of a call, relative to the bridge. */
export const callLinks = (id: string): z.output<typeof callLinksSchema> => ({
  self: `/calls/${id}`,
  events: `/calls/${id}/events`,
  cancel: `/calls/${id}/cancel`,
});

const withoutQuery = (url: string): string => url.replace(/\?.*$/s, '?…');

/** The public face of a callback. */
export const toCallbackRecord = (callback: CallbackView): z.output<typeof callbackSchema> => ({
  id: callback.id,
  call_id: callback.callId,
  event: callback.event,
  url: withoutQuery(callback.url),
  kind: callback.kind,
  status: callback.status,
  attempts: callback.attempts,
  last_status: callback.lastStatus,
  last_error: callback.lastError,
  created_at: iso(callback.createdAt),
  next_attempt_at: isoOrNull(callback.nextAttemptAt),
  delivered_at: isoOrNull(callback.deliveredAt),
});

/** The public face of a stored call: digests, keys and grant tokens stay inside. */
export const toCallRecord = (call: Call, callbacks: readonly CallbackView[]): CallRecord => ({
  id: call.id,
  status: call.status,
  destination: call.destination,
  account_code: call.accountCode,
  transfer_target: call.transferTarget,
  caller_id: call.callerId,
  caller_id_source: call.callerIdSource,
  caller_name: call.callerName,
  playbook: call.playbook,
  variables: call.variables as CallRecord['variables'],
  metadata: call.metadata as CallRecord['metadata'],
  room: call.room,
  dispatch_id: call.dispatchId,
  duplicate_of: null,
  created_at: iso(call.createdAt),
  scheduled_for: isoOrNull(call.scheduledFor),
  not_after: iso(call.notAfter),
  dispatched_at: isoOrNull(call.dispatchedAt),
  dialing_at: isoOrNull(call.dialingAt),
  ringing_at: isoOrNull(call.ringingAt),
  answered_at: isoOrNull(call.answeredAt),
  ended_at: isoOrNull(call.endedAt),
  cancel_requested_at: isoOrNull(call.cancelRequestedAt),
  opted_out_at: isoOrNull(call.optedOutAt),
  outcome: call.outcome,
  // Rows from before there was such evidence have none.
  legs: call.legs.map((leg) => ({
    ...leg,
    sip_status: leg.sip_status ?? null,
    sip_reason: leg.sip_reason ?? null,
  })),
  result: call.result as CallRecord['result'],
  summary: call.summary,
  result_problem: call.resultProblem,
  transcript_url: call.transcriptAt === null ? null : `/calls/${call.id}/transcript`,
  recording_url: call.recordingState === 'stored' ? `/calls/${call.id}/recording` : null,
  attempt: call.attempt,
  retry_of: call.retryOf,
  callbacks: callbacks.map(toCallbackRecord),
  late_leg: call.lateLeg,
  purged_at: isoOrNull(call.purgedAt),
  trace_id: traceFacts(call.traceparent).traceId ?? null,
  links: callLinks(call.id),
});
