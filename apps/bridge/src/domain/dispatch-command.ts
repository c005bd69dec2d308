import { ACCOUNT_CODE_PATTERN, checkCallerId, checkCallerName, type HeaderValue } from '@outdial/telephony';
import { z } from 'zod';
import { CALL_EVENT_TYPES } from './call-event.ts';
import { findUnstorable } from './storable.ts';
import { type DoorKind, PoisonedJson, tidyBody } from './tidy-body.ts';

const MAX_JSON_BYTES = 4096;

const json = (what: string) =>
  z.json().refine((value) => Buffer.byteLength(JSON.stringify(value)) <= MAX_JSON_BYTES, {
    error: `${what} is larger than ${MAX_JSON_BYTES} bytes as JSON.`,
  });

const checkedBy = (check: (text: string) => HeaderValue) =>
  z.string().check((context) => {
    const verdict = check(context.value);
    if (verdict.status === 'invalid') {
      context.issues.push({ code: 'custom', message: verdict.reason, input: context.value });
    }
  });

const RFC_3339 = 'Use RFC 3339 with an offset: 2026-03-01T09:00:00+10:00.';
// An offset can lead out of the years that RFC 3339 and the database can write.
const time = z.iso
  .datetime({ offset: true, error: RFC_3339, abort: true })
  .refine((text) => /^(?!0000)\d{4}-/.test(new Date(text).toISOString()), { error: RFC_3339 });

const fields = z.strictObject({
  destination: z
    .string({
      error: (issue) =>
        issue.input === undefined ? 'destination is required.' : 'destination must be text or a number.',
    })
    .max(64)
    .describe('Number to call: E.164, national, tel: URI; a JSON number is accepted too'),
  account_code: z
    .string()
    .regex(ACCOUNT_CODE_PATTERN, 'Letters, digits, ".", "_" and "-", at most 64.')
    .optional()
    .describe('Sent in the account code header of the INVITE'),
  transfer_target: z
    .string()
    .max(256)
    .optional()
    .describe('Where the agent may transfer to: number, tel: or sip: URI'),
  caller_id: checkedBy(checkCallerId)
    .optional()
    .describe('Number or name in From, sent exactly as written; overrides the default'),
  caller_name: checkedBy(checkCallerName).optional().describe('Display name in From; overrides the default'),
  playbook: z
    .string()
    .max(100)
    .optional()
    .describe('Name of the playbook, see GET /playbooks; without one it is default'),
  variables: z
    .record(z.string().max(64), z.json())
    .refine((value) => Buffer.byteLength(JSON.stringify(value)) <= MAX_JSON_BYTES, {
      error: `variables is larger than ${MAX_JSON_BYTES} bytes as JSON.`,
    })
    .optional()
    .describe('Values for the playbook’s {{variables}}: text, numbers or booleans, by name'),
  greeting: z.string().max(2000).optional().describe('The first words the agent speaks'),
  instructions: z.string().max(10_000).optional().describe('How the agent is to hold the conversation'),
  callback_url: z
    .string()
    .max(2000)
    .optional()
    .describe('Called with the result: n8n’s {{ $execution.resumeUrl }}, or any address of yours'),
  callback_events: z
    .array(z.enum(CALL_EVENT_TYPES))
    .min(1)
    .max(CALL_EVENT_TYPES.length)
    .optional()
    .describe('What callback_url is told; default ["call.ended"]'),
  idempotency_key: z.string().max(255).optional().describe('Same as the Idempotency-Key header'),
  schedule_at: time.optional().describe('The call is not started before this'),
  not_after: time
    .optional()
    .describe(
      'The call is canceled if it cannot start by then; default one hour after schedule_at, or from now',
    ),
  max_attempts: z
    .int()
    .min(1)
    .max(3)
    .optional()
    .describe(
      'After busy and no_answer only; each attempt is a call of its own, one callback after the last',
    ),
  retry_minutes: z
    .array(z.int().min(1).max(1440))
    .min(1)
    .max(2)
    .optional()
    .describe('Minutes until the second and the third attempt; default [30, 120]'),
  ring_timeout_seconds: z.int().min(5).max(75).optional(),
  max_call_seconds: z.int().min(10).max(14_400).optional(),
  record: z.boolean().optional().describe('Whether the call is recorded; default RECORD_CALLS'),
  voicemail: z
    .enum(['hang_up', 'leave_message'])
    .optional()
    .describe('leave_message needs a playbook with a message'),
  metadata: json('metadata').optional().describe('Any JSON up to 4 KiB, given back in the record'),
  dry_run: z.boolean().optional().describe('true: every check and its verdict, no call'),
});

/** A dispatch request after the door: typed, absent fields missing, nothing looked up yet. */
export type DispatchCommand = z.output<typeof fields>;

const KINDS: Readonly<Record<keyof DispatchCommand, DoorKind>> = {
  destination: 'text',
  account_code: 'text',
  transfer_target: 'text',
  caller_id: 'text',
  caller_name: 'text',
  playbook: 'text',
  variables: 'json',
  greeting: 'text',
  instructions: 'text',
  callback_url: 'text',
  callback_events: 'json',
  idempotency_key: 'text',
  schedule_at: 'text',
  not_after: 'text',
  max_attempts: 'number',
  retry_minutes: 'json',
  ring_timeout_seconds: 'number',
  max_call_seconds: 'number',
  record: 'boolean',
  voicemail: 'text',
  metadata: 'any',
  dry_run: 'boolean',
};

/** Names of every field, for hints about misspelt ones. */
export const DISPATCH_FIELDS: readonly string[] = Object.keys(KINDS);

/** Body of `POST /dispatch`: tolerant at the door (`tidy-body.ts`), strict behind it. */
export const dispatchBodySchema = z.preprocess((body, context) => {
  try {
    const tidy = tidyBody(body, KINDS);
    // JSON inside a string is read only here, and nothing has looked into it yet.
    const unstorable = findUnstorable(tidy);
    if (unstorable === null) return tidy;
    context.issues.push({
      code: 'custom',
      message: unstorable.detail,
      path: [...unstorable.path],
      input: body,
    });
    return z.NEVER;
  } catch (error) {
    if (!(error instanceof PoisonedJson)) throw error;
    context.issues.push({ code: 'custom', message: error.message, input: body });
    return z.NEVER;
  }
}, fields);
