import { z } from 'zod';
import type { RefusalCode } from './domain/guard-rails.ts';

type ErrorEntry = { readonly status: number; readonly title: string };

/** Those of the rails. */
export const RAIL_ERRORS = {
  invalid_number: { status: 400, title: 'The number cannot be dialled' },
  invalid_transfer_target: { status: 400, title: 'The transfer target cannot be used' },
  playbook_not_found: { status: 400, title: 'There is no such playbook' },
  playbook_broken: { status: 400, title: 'The playbook cannot be used' },
  variables_missing: { status: 400, title: 'The playbook needs more variables' },
  variables_unknown: { status: 400, title: 'The playbook has no such variable' },
  variables_invalid: { status: 400, title: 'A variable cannot be used' },
  transfer_tool_missing: { status: 400, title: 'The playbook never transfers' },
  voicemail_message_missing: { status: 400, title: 'The playbook has no message to leave' },
  recording_notice_missing: { status: 400, title: 'The playbook does not tell of a recording' },
  not_after_passed: { status: 400, title: 'The call could never start' },
  callback_events_not_allowed: { status: 400, title: 'These events cannot be sent there' },
  callback_url_not_allowed: { status: 403, title: 'Callbacks may not go to this address' },
  country_not_allowed: { status: 403, title: 'This country may not be dialled' },
  number_type_not_allowed: { status: 403, title: 'This kind of number may not be dialled' },
  emergency_number: { status: 403, title: 'Emergency numbers are never dialled' },
  fictitious_number: { status: 403, title: 'This number is reserved for examples' },
  caller_id_not_allowed: { status: 403, title: 'This caller ID may not be used' },
  do_not_call: { status: 403, title: 'This number asked not to be called' },
  paused: { status: 403, title: 'Dialling is paused' },
  caller_id_missing: { status: 403, title: 'There is no caller ID' },
  outside_calling_hours: { status: 403, title: 'This number may not be called at that time' },
  destination_cooldown: { status: 403, title: 'This number was called a short while ago' },
  number_block_cap_reached: { status: 403, title: 'Too many numbers of one block were called' },
  hourly_cap_reached: { status: 403, title: 'No more calls may be placed within an hour' },
  daily_cap_reached: { status: 403, title: 'No more calls may be placed within a day' },
} as const satisfies Record<RefusalCode, ErrorEntry>;

/** Every error code the bridge answers with, its HTTP status and its title. */
export const ERRORS = {
  ...RAIL_ERRORS,
  validation_failed: { status: 400, title: 'The request is not valid' },
  malformed_request: { status: 400, title: 'The request could not be read' },
  unauthorized: { status: 401, title: 'No valid API key' },
  signature_invalid: { status: 401, title: 'The signature is not valid' },
  address_not_allowed: { status: 403, title: 'This address may not ask' },
  form_expired: { status: 403, title: 'The form cannot be used any more' },
  scope_missing: { status: 403, title: 'This key may not do that' },
  call_not_found: { status: 404, title: 'There is no such call' },
  route_not_found: { status: 404, title: 'There is nothing here' },
  method_not_allowed: { status: 405, title: 'This method is not possible here' },
  request_timeout: { status: 408, title: 'The request came too slowly' },
  transcript_not_found: { status: 404, title: 'There is no transcript' },
  recording_not_found: { status: 404, title: 'There is no recording' },
  number_not_listed: { status: 404, title: 'The number is not on the do-not-call list' },
  callback_not_found: { status: 404, title: 'There is no such callback' },
  transcript_not_ready: { status: 409, title: 'The transcript is not there yet' },
  recording_not_ready: { status: 409, title: 'The recording is not there yet' },
  recording_not_wanted: { status: 409, title: 'This call is not recorded' },
  recording_damaged: { status: 400, title: 'The recording is not whole' },
  call_open: { status: 409, title: 'The call is not over' },
  call_ended: { status: 409, title: 'The call has ended' },
  retry_not_possible: { status: 409, title: 'This call cannot be placed again' },
  grant_not_held: { status: 409, title: 'This job holds no grant for the call' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  range_not_satisfiable: { status: 416, title: 'There are no such bytes' },
  url_too_long: { status: 414, title: 'The address is too long' },
  unsupported_media_type: { status: 415, title: 'The body is of a wrong type' },
  idempotency_key_reused: { status: 422, title: 'This key belongs to another request' },
  rate_limited: { status: 429, title: 'Too many requests' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  internal_error: { status: 500, title: 'Something went wrong in the bridge' },
  database_unavailable: { status: 503, title: 'The database cannot be reached' },
  playbooks_unavailable: { status: 503, title: 'The playbooks cannot be read' },
  recordings_disk_full: { status: 507, title: 'The disk for recordings is full' },
  shutting_down: { status: 503, title: 'The bridge is shutting down' },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** Body of every error answer. There is never a key `error`: workflow tools take that for a crash. */
export const errorBodySchema = z.strictObject({
  message: z.string().describe('One sentence a person can act on'),
  detail: z.string(),
  status: z.int(),
  code: z.string(),
  title: z.string(),
  type: z.string(),
  errors: z.array(z.strictObject({ pointer: z.string(), detail: z.string() })),
});
export type ErrorBody = z.output<typeof errorBodySchema>;

/** One field that is wrong: JSON pointer into the body, and what to do about it. */
export type FieldProblem = ErrorBody['errors'][number];

/** JSON pointer to a place in the body (RFC 6901 section 3); '' is all of it. */
export const pointerTo = (path: readonly string[]): string =>
  path.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** Builds the body of an error answer. */
export const errorBody = (
  code: ErrorCode,
  detail: string,
  errors: readonly FieldProblem[] = [],
): ErrorBody => ({
  message: detail,
  detail,
  status: ERRORS[code].status,
  code,
  title: ERRORS[code].title,
  type: `urn:outdial:error:${code}`,
  errors: [...errors],
});

/** An answer that is not 2xx, thrown by routes and turned into a body in one place. */
export class HttpError extends Error {
  readonly code: ErrorCode;
  readonly errors: readonly FieldProblem[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    detail: string,
    options: { errors?: readonly FieldProblem[]; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail);
    this.name = 'HttpError';
    this.code = code;
    this.errors = options.errors ?? [];
    this.headers = options.headers ?? {};
  }
}
