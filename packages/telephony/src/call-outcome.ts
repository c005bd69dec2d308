import { z } from 'zod';
import {
  BLAMES,
  END_REASON_NAMES,
  END_REASONS,
  type EndReason,
  RETRIES,
  type Verdict,
} from './end-reason.ts';

/** The statuses that end a call. A final status never changes. */
export const FINAL_STATUSES = [
  'completed',
  'busy',
  'no_answer',
  'declined',
  'failed',
  'canceled',
  'unknown',
] as const;
export type FinalStatus = (typeof FINAL_STATUSES)[number];

/** Every status a call record can have, in the order a call passes through them. */
export const CALL_STATUSES = [
  'queued',
  'dispatched',
  'dialing',
  'ringing',
  'in_progress',
  ...FINAL_STATUSES,
] as const;
export type CallStatus = (typeof CALL_STATUSES)[number];

/** True when the call is over. */
export const isFinal = (status: CallStatus): status is FinalStatus =>
  (FINAL_STATUSES as readonly string[]).includes(status);

/** What the carrier said last: final status code, reason phrase and the Call-ID on the wire; `null` when not seen. */
export const sipEvidenceSchema = z.strictObject({
  status: z.int().min(100).max(699).nullable(),
  reason: z.string().nullable(),
  call_id: z.string().nullable(),
});
export type SipEvidence = z.infer<typeof sipEvidenceSchema>;

/** How a transfer went. `accepted_unconfirmed`: the carrier took the REFER and nothing was heard after that. */
export const transferResultSchema = z.strictObject({
  target: z.string(),
  mode: z.enum(['refer', 'bridge']),
  result: z.enum(['confirmed', 'accepted_unconfirmed', 'failed', 'unknown']),
});
export type TransferResult = z.infer<typeof transferResultSchema>;

/** A day is longer than any call; a larger number is a mistake. */
const durationMs = z.int().nonnegative().max(86_400_000);

const outcomeShape = z.strictObject({
  status: z.enum(FINAL_STATUSES),
  end_reason: z.enum(END_REASON_NAMES),
  blame: z.enum(BLAMES).nullable(),
  retry: z.enum(RETRIES),
  message: z.string().min(1),
  sip: sipEvidenceSchema,
  rang: z.boolean().nullable(),
  answered_by: z.enum(['human', 'voicemail', 'ivr', 'unknown']).nullable(),
  hung_up_by: z.enum(['callee', 'target', 'agent', 'api', 'carrier', 'platform']).nullable(),
  transfer: transferResultSchema.nullable(),
  ring_ms: durationMs.nullable(),
  talk_ms: durationMs.nullable(),
});

/** How a call ended. Durations are whole milliseconds; a fact that was not seen is `null`. */
export type CallOutcome = z.infer<typeof outcomeShape>;

/** What is known about the end beyond its reason. `talk_ms` is `null` unless the call was answered. */
export type OutcomeEvidence = Partial<Omit<CallOutcome, 'status' | 'end_reason' | 'blame' | 'retry'>>;

const verdictFor = (endReason: EndReason, answered: boolean): Verdict => {
  const entry = END_REASONS[endReason];
  return answered && entry.whenAnswered !== undefined ? entry.whenAnswered : entry;
};

// LiveKit reports ringing and a 183 announcement ("the number you have dialled…") alike, so before
// these answers a ring that was seen proves nothing.
const ringIsUnproven = (sipStatus: number | null): boolean =>
  sipStatus !== null && ([404, 410, 484].includes(sipStatus) || (sipStatus >= 500 && sipStatus <= 599));

/**
 * Builds an outcome: status, blame, retry and message from the table of end reasons, the rest from the
 * evidence, `null` where there is none. An end reason that also exists for answered calls
 * (`canceled_by_api`, `agent_error`) takes that form when `talk_ms` is given.
 */
export const makeOutcome = (endReason: EndReason, evidence: OutcomeEvidence = {}): CallOutcome => {
  const answered = evidence.talk_ms !== undefined && evidence.talk_ms !== null;
  const verdict = verdictFor(endReason, answered);
  const sip = evidence.sip ?? { status: null, reason: null, call_id: null };
  return {
    status: verdict.status,
    end_reason: endReason,
    blame: verdict.blame,
    retry: verdict.retry,
    message: evidence.message ?? verdict.message,
    sip,
    rang: ringIsUnproven(sip.status) ? null : (evidence.rang ?? null),
    answered_by: evidence.answered_by ?? null,
    hung_up_by: evidence.hung_up_by ?? null,
    transfer: evidence.transfer ?? null,
    ring_ms: evidence.ring_ms ?? null,
    talk_ms: evidence.talk_ms ?? null,
  };
};

const agreesWithTable = (outcome: CallOutcome): boolean => {
  const verdict = verdictFor(outcome.end_reason, outcome.talk_ms !== null);
  return (
    outcome.status === verdict.status && outcome.blame === verdict.blame && outcome.retry === verdict.retry
  );
};

/**
 * The outcome as it travels. Status, blame and retry must be those of the end reason, a completed call
 * must have been answered, and a transferred one must have a transfer.
 */
export const callOutcomeSchema: z.ZodType<CallOutcome> = outcomeShape
  .refine(agreesWithTable, {
    error: 'status, blame and retry must be those of end_reason; build outcomes with makeOutcome',
  })
  .refine((outcome) => outcome.status !== 'completed' || outcome.talk_ms !== null, {
    error: 'a completed call was answered: talk_ms is missing',
  })
  .refine((outcome) => outcome.end_reason !== 'transferred' || outcome.transfer !== null, {
    error: 'a transferred call has a transfer',
  });

/** The outcome as it was stored: its shape alone, so that a later table never makes old calls unreadable. */
export const storedOutcomeSchema: z.ZodType<CallOutcome> = outcomeShape;
