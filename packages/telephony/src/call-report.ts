import { z } from 'zod';
import { type CallOutcome, callOutcomeSchema, transferResultSchema } from './call-outcome.ts';
import { followsSchema } from './call-result.ts';
import { grantedPlaybookSchema, PLAYBOOK_NAME, transferUriSchema } from './granted-playbook.ts';
import { traceparentSchema } from './trace-context.ts';

const tokenSchema = z.string().min(16).max(256);

/** `POST /agent/calls/:id/grant`: a job asks to be the one that dials. */
export const grantRequestSchema = z.strictObject({
  /** Random, made once by each job process; never the job id, which a re-run job shares. */
  token: tokenSchema,
  /** The number of the dispatch this job came from. */
  dispatch: z.int().min(1).max(1_000_000),
  job_id: z.string().min(1),
});
export type GrantRequest = z.infer<typeof grantRequestSchema>;

// Answers of the bridge drop fields they do not know, so that a newer bridge can serve an older agent.
const grantedCallSchema = z.object({
  id: z.string().min(1),
  /** E.164 with plus. */
  destination: z.string().regex(/^\+[1-9]\d{6,14}$/),
  account_code: z.string().nullable(),
  /** A `tel:`, `sip:` or `sips:` URI. */
  transfer_target: transferUriSchema.nullable(),
  caller_id: z.string().nullable(),
  caller_name: z.string().nullable(),
  ring_timeout_seconds: z.int().min(5).max(75),
  max_call_seconds: z.int().min(10).max(14_400),
  voicemail: z.enum(['hang_up', 'leave_message']),
  record: z.boolean(),
  playbook: grantedPlaybookSchema,
  /** The trace that the call belongs to; `null`: none that is known. No call fails for its trace. */
  traceparent: traceparentSchema.nullable().default(null).catch(null),
});
/** What the agent is told about the call it may dial; frozen when the call was accepted. */
export type GrantedCall = z.infer<typeof grantedCallSchema>;

/** Why a job may not dial the callee. */
export const GRANT_REFUSALS = ['taken', 'canceled', 'expired', 'final', 'paused'] as const;

/** The bridge's answer: dial within `dial_within_ms` of receiving it, or do not dial at all. */
export const grantAnswerSchema = z.discriminatedUnion('granted', [
  z.object({
    granted: z.literal(true),
    dial_within_ms: z.int().nonnegative(),
    call: grantedCallSchema,
  }),
  z.object({
    granted: z.literal(false),
    reason: z.enum(GRANT_REFUSALS),
  }),
]);
export type GrantAnswer = z.infer<typeof grantAnswerSchema>;

const callLegSchema = z.strictObject({
  identity: z.enum(['callee', 'target']),
  participant_sid: z.string().nullable(),
  /** The Call-ID on the wire, not LiveKit's own call id. */
  sip_call_id: z.string().nullable(),
  /** The final answer to the leg's INVITE; `null` until it is known. */
  sip_status: z.int().min(100).max(699).nullable().default(null),
  sip_reason: z.string().nullable().default(null),
});
/** One SIP leg of the call. */
export type CallLeg = z.infer<typeof callLegSchema>;

/** `POST /agent/calls/:id/legs`: the job of an answered call asks to dial a transfer target as a second leg. */
export const legRequestSchema = z.strictObject({
  token: tokenSchema,
  /** The name of a transfer target in the call's playbook. */
  target: z.string().regex(PLAYBOOK_NAME),
});
export type LegRequest = z.infer<typeof legRequestSchema>;

/** Why a target is not dialled as a second leg. `taken`: it was granted before, and is not rung twice. */
export const LEG_REFUSALS = [
  'taken',
  'canceled',
  'final',
  'unknown_target',
  'blocked',
  'full',
  'later',
] as const;

/** The bridge's answer: dial `target` within `dial_within_ms` of receiving it, or do not dial it at all. */
export const legAnswerSchema = z.discriminatedUnion('granted', [
  z.object({
    granted: z.literal(true),
    dial_within_ms: z.int().nonnegative(),
    /** The `tel:`, `sip:` or `sips:` URI behind the name. */
    target: transferUriSchema,
  }),
  z.object({
    granted: z.literal(false),
    reason: z.enum(LEG_REFUSALS),
    /** With `later`: when the pace of the trunk may let it start. */
    after_ms: z.int().nonnegative().nullable(),
    /** With `blocked`: which rail says so. */
    message: z.string().nullable(),
  }),
]);
export type LegAnswer = z.infer<typeof legAnswerSchema>;

const count = z.int().nonnegative().max(1_000_000_000);
const speechFactsSchema = z.object({
  /** Pieces of sound that were looked at while voice activity detection was behind, and how far it was behind, ms. */
  vad_late_windows: count,
  vad_max_lag_ms: count,
  /** Sentences that were asked for once more; voices that were replaced; 1 when nobody could speak any more. */
  voice_retries: count,
  voice_fallbacks: count,
  voice_lost: count,
  /** How late timers of the job's process fired: 99th percentile over the call, ms. */
  loop_delay_ms: count,
});
/** How well one job kept up with its call: for the operator's figures, never for the outcome. */
export type SpeechFacts = z.infer<typeof speechFactsSchema>;

const reportBase = {
  token: tokenSchema,
  /** Counts from 1; a repeated number is the same report again. */
  seq: z.int().min(1).max(2_147_483_647),
  /** Milliseconds since the grant, on the job's monotonic clock. */
  at_ms: z.int().nonnegative(),
};

/** `POST /agent/calls/:id/reports`: what happened on the call. */
export const reportSchema = z.discriminatedUnion('type', [
  z.strictObject({ ...reportBase, type: z.literal('alive') }),
  z.strictObject({ ...reportBase, type: z.literal('not_dialed'), message: z.string().min(1) }),
  z.strictObject({ ...reportBase, type: z.literal('ringing') }),
  z.strictObject({ ...reportBase, type: z.literal('answered') }),
  z.strictObject({ ...reportBase, type: z.literal('leg'), leg: callLegSchema }),
  /** The callee asked not to be called again. */
  z.strictObject({ ...reportBase, type: z.literal('opt_out') }),
  z.strictObject({ ...reportBase, type: z.literal('transfer'), transfer: transferResultSchema }),
  z.strictObject({
    ...reportBase,
    type: z.literal('ended'),
    outcome: callOutcomeSchema as z.ZodType<CallOutcome>,
    /** What will be sent after it; absent: nothing. */
    follows: followsSchema.optional(),
    /** The callee asked not to be called again: said once more, because an `opt_out` may have been lost. */
    opted_out: z.boolean().optional(),
    /** Figures that cannot be read are left out: they are no reason to refuse an outcome. */
    speech: speechFactsSchema.optional().catch(undefined),
  }),
]);
export type CallReport = z.infer<typeof reportSchema>;

/** The bridge's answer to every report: `cancel` tells the agent to hang up now. */
export const reportAnswerSchema = z.object({ cancel: z.boolean() });
export type ReportAnswer = z.infer<typeof reportAnswerSchema>;
