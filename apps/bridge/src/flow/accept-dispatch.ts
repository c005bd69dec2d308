import type { Shelf } from '@outdial/playbooks';
import { isFinal, parsePhoneNumber } from '@outdial/telephony';
import type { Call } from '../domain/call.ts';
import { endToldAt } from '../domain/call-keepsake.ts';
import { callTimes } from '../domain/call-times.ts';
import type { CallbackRecipient } from '../domain/callback.ts';
import type { DispatchCommand } from '../domain/dispatch-command.ts';
import { callFingerprint, requestDigest } from '../domain/fingerprint.ts';
import {
  callbackRail,
  type DialSettings,
  type RailVerdict,
  type RefusalCode,
} from '../domain/guard-rails.ts';
import { planCall } from '../domain/plan-call.ts';
import { fieldOf } from '../domain/rail-verdict.ts';
import { targetsAsked } from '../domain/transfer-numbers.ts';
import type { CallStore, CallTransaction, Playbooks } from '../ports.ts';
import { placeCall } from './advance.ts';
import { choosePlaybook } from './choose-playbook.ts';
import { countUsage, secondsUntil } from './count-usage.ts';
import { findDoNotCall } from './find-do-not-call.ts';
import { findNextAttempt } from './next-attempt.ts';

const DUPLICATE_WINDOW_MS = 2 * 60 * 1000;

/** Who asks for what, and how. */
export type DispatchRequest = {
  readonly apiKeyName: string;
  readonly idempotencyKey: string | null;
  readonly allowDuplicate: boolean;
  /** The trace that a new call belongs to (W3C Trace Context). */
  readonly traceparent?: string;
  readonly command: DispatchCommand;
};

export type DispatchAnswer =
  | { readonly status: 'accepted'; readonly call: Call; readonly warning: string | null }
  | { readonly status: 'replayed'; readonly call: Call }
  | { readonly status: 'duplicate'; readonly call: Call }
  | { readonly status: 'key_reused'; readonly call: Call }
  | {
      readonly status: 'refused';
      readonly code: RefusalCode;
      /** Null: it is about no field of the request. */
      readonly field: string | null;
      readonly detail: string;
      /** Seconds after which it would be accepted, where time alone mends it. */
      readonly retryAfterSeconds: number | null;
    }
  /** The folder cannot be read now, so nobody knows what the call is to say; asking again is right. */
  | { readonly status: 'playbooks_unavailable'; readonly problem: string }
  | {
      readonly status: 'checked';
      readonly verdicts: readonly RailVerdict[];
      readonly wouldCall: boolean;
      readonly duplicateOf: string | null;
    };

type Deps = {
  readonly calls: CallStore;
  readonly settings: DialSettings;
  readonly playbooks: Playbooks;
  /** Tells the dispatcher that there is something to do. */
  readonly wake: () => void;
};

/**
 * Writes a call down, or says why not. Everything happens in one transaction: the row and its key are
 * there together or not at all. Keys and duplicates come before the rails, so that a repeated request
 * gets the same answer though a limit has been reached meanwhile.
 */
export const acceptDispatch = async (deps: Deps, request: DispatchRequest): Promise<DispatchAnswer> => {
  // Before the transaction: a slow disk must not hold its locks.
  const shelf = await deps.playbooks.read();
  const answer = await deps.calls.transaction((tx) => decide(tx, deps.settings, shelf, request));
  if (answer.status === 'accepted') deps.wake();
  return answer;
};

const decide = async (
  tx: CallTransaction,
  settings: DialSettings,
  shelf: Shelf,
  request: DispatchRequest,
): Promise<DispatchAnswer> => {
  const { command } = request;
  const destination = parsePhoneNumber(command.destination, settings.policy.defaultCountry);
  const fingerprint = destination.status === 'ok' ? callFingerprint(command, destination.number.e164) : null;
  const now = await tx.lockRequest({ ...request, fingerprint });

  const known = await findKnown(tx, request, fingerprint);
  if (known !== null && command.dry_run !== true) {
    if (known.status !== 'duplicate') return known;
    const refusal = await joinCall(tx, settings, command, known.call, now);
    return refusal ?? known;
  }

  if (shelf.problem !== null) return { status: 'playbooks_unavailable', problem: shelf.problem };
  const phone = destination.status === 'ok' ? destination.number : null;
  const number = phone?.e164 ?? command.destination;
  const choice = choosePlaybook(shelf, command, number, settings);
  const targets = targetsAsked(command, choice);
  const listed = await findDoNotCall(tx, phone?.e164 ?? null, targets, settings.policy.defaultCountry);
  const pause = await tx.holdSwitch();
  const { apiKeyName } = request;
  const { scheduledFor } = callTimes(command, phone, settings.hours, now);
  const whose = { id: null, trunk: settings.trunk, apiKeyName, accountCode: command.account_code ?? null };
  const counted = { ...whose, destination: number };
  const usage = await countUsage(tx, counted, settings.caps, scheduledFor, 'accept');
  const plan = planCall(command, settings, now, choice, { ...listed, apiKeyName, usage, pause });
  if (command.dry_run === true) {
    return {
      status: 'checked',
      verdicts: plan.verdicts,
      wouldCall: plan.status === 'planned' && known === null,
      duplicateOf: known === null ? null : known.call.id,
    };
  }
  if (plan.status === 'refused') {
    const { code, field, detail, retryAt } = plan;
    return { status: 'refused', code, field, detail, retryAfterSeconds: secondsUntil(retryAt, now) };
  }

  const recipient = recipientOf(command);
  const { idempotencyKey, traceparent = null } = request;
  const asked = { ...plan.call, apiKeyName, idempotencyKey, traceparent };
  const call = await placeCall(tx, asked, now, async (id) => {
    if (recipient !== null) await tx.addRecipient(id, recipient);
  });
  return { status: 'accepted', call, warning: plan.warning };
};

const recipientOf = ({
  callback_url: url,
  callback_events: events,
}: DispatchCommand): CallbackRecipient | null =>
  url === undefined ? null : { url, events: events ?? ['call.ended'] };

/** A repeated request may wait elsewhere: its address hears of the call too, at once if that is over. */
const joinCall = async (
  tx: CallTransaction,
  settings: DialSettings,
  command: DispatchCommand,
  call: Call,
  now: Date,
): Promise<Extract<DispatchAnswer, { status: 'refused' }> | null> => {
  const recipient = recipientOf(command);
  if (recipient === null) return null;
  // The other rails are for new calls: this one was allowed when it was accepted.
  const verdict = callbackRail(command, settings);
  if (verdict.code !== null) {
    const { code, detail } = verdict;
    return { status: 'refused', code, field: fieldOf(verdict), detail, retryAfterSeconds: null };
  }
  await hearOfEnd(tx, call, recipient, now);
  return null;
};

/** Adds who waits for the end of a call, which is that of its last attempt. */
const hearOfEnd = async (
  tx: CallTransaction,
  call: Call,
  recipient: CallbackRecipient,
  now: Date,
): Promise<void> => {
  // Under the row's lock: an end that comes at this moment is told to this address, or seen here.
  const locked = await tx.lockCall(call.id);
  const next = await findNextAttempt(tx, call);
  if (next !== null) return hearOfEnd(tx, next, recipient, now);
  await tx.addRecipient(call.id, recipient);
  if (locked === null || !isFinal(locked.call.status)) return;
  for (const id of await tx.tell(call.id, [], now, ['call.ended'], endToldAt(locked.call, now))) {
    await tx.setAlarm({ type: 'callback', id }, null);
  }
};

type Known = Extract<DispatchAnswer, { status: 'replayed' | 'key_reused' | 'duplicate' }>;

const findKnown = async (
  tx: CallTransaction,
  request: DispatchRequest,
  fingerprint: string | null,
): Promise<Known | null> => {
  if (request.idempotencyKey !== null) {
    const call = await tx.findByKey(request.apiKeyName, request.idempotencyKey);
    if (call === null) return null;
    const same = call.requestDigest === requestDigest(request.command);
    return { status: same ? 'replayed' : 'key_reused', call };
  }
  if (fingerprint === null || request.allowDuplicate) return null;
  const call = await tx.findDuplicate(fingerprint, DUPLICATE_WINDOW_MS);
  return call === null ? null : { status: 'duplicate', call };
};
