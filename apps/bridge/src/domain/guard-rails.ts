import {
  type CallerIdChoice,
  type CallerIdSettings,
  checkCallerIdPolicy,
  chooseCallerId,
  type DialPolicy,
  type DialRail,
  type DialRails,
  type DialRefusal,
  type GrantedPlaybook,
  type PhoneNumber,
  runDialRails,
} from '@outdial/telephony';
import type { CallCaps, CallUsage } from './call-caps.ts';
import { callTimes, deadlineRail } from './call-times.ts';
import { type AllowedHosts, acceptsOnlyEnded, checkCallbackUrl } from './callback-target.ts';
import type { CallingHours } from './calling-hours.ts';
import type { DispatchCommand } from './dispatch-command.ts';
import { historyRails } from './history-rails.ts';
import { type Pause, pausedSentence } from './pause.ts';
import type { PlaybookChoice, PlaybookRefusal } from './playbook-choice.ts';
import { playbookRails } from './playbook-rails.ts';
import { pass, refuse } from './rail-verdict.ts';
import { checkTransferTarget } from './transfer-check.ts';
import { targetInWords } from './transfer-numbers.ts';

/** What the operator allows and what is used where a request is silent. */
export type DialSettings = {
  readonly policy: DialPolicy;
  readonly callerId: CallerIdSettings;
  readonly displayName: string | null;
  /** Hosts that a `sip:` transfer target may name. */
  readonly transferHosts: readonly string[];
  readonly ringTimeoutSeconds: number;
  readonly maxCallSeconds: number;
  /** The trunk that this bridge's agents dial over. */
  readonly trunk: string;
  /** Private places that callbacks may go to. */
  readonly callbackHosts: AllowedHosts;
  /** Whether calls whose request does not say are recorded. */
  readonly recordCalls: boolean;
  /** `null`: phones may ring at any time. */
  readonly hours: CallingHours | null;
  readonly caps: CallCaps;
};

/** Why a call is not accepted. Each code has its HTTP status in `errors.ts`. */
export type RefusalCode =
  | DialRefusal['code']
  | 'caller_id_missing'
  | PlaybookRefusal
  | 'invalid_transfer_target'
  | 'transfer_tool_missing'
  | 'voicemail_message_missing'
  | 'recording_notice_missing'
  | 'not_after_passed'
  | 'callback_url_not_allowed'
  | 'callback_events_not_allowed'
  | 'do_not_call'
  | 'outside_calling_hours'
  | 'destination_cooldown'
  | 'number_block_cap_reached'
  | 'hourly_cap_reached'
  | 'daily_cap_reached'
  | 'paused';

/** One rail, looked at: what it checked and what it found. */
export type RailVerdict = {
  readonly rail:
    | DialRail
    | 'do_not_call'
    | 'calling_hours'
    | 'transfer_target'
    | 'playbook'
    | 'variables'
    | 'greeting'
    | 'instructions'
    | 'voicemail'
    | 'record'
    | 'not_after'
    | 'callback_url'
    | 'cool_down'
    | 'number_block'
    | 'calls_per_hour'
    | 'calls_per_day'
    | 'paused';
  readonly verdict: 'pass' | 'refuse';
  readonly code: RefusalCode | null;
  readonly detail: string;
  /** From when on it would pass, where time alone mends it. */
  readonly retryAt: Date | null;
};

/** What is known from before, and who asks. */
export type DestinationHistory = {
  /** The destination is on the do-not-call list. */
  readonly doNotCall: boolean;
  /** Names of the call's transfer targets that are on it. */
  readonly doNotCallTargets: readonly string[];
  /** Name of the API key that asks. */
  readonly apiKeyName: string;
  readonly usage: CallUsage;
  /** The kill switch, if it is on. */
  readonly pause: Pause | null;
};

/** The words for a number that is on the do-not-call list. */
export const DO_NOT_CALL = 'This number is on the do-not-call list, so it is not dialled.';

/** Why the do-not-call list forbids a call; `null` when it does not. */
export const doNotCallProblem = (
  history: Pick<DestinationHistory, 'doNotCall' | 'doNotCallTargets'>,
): string | null => {
  if (history.doNotCall) return DO_NOT_CALL;
  const [name] = history.doNotCallTargets;
  return name === undefined
    ? null
    : `${targetInWords(name)} is on the do-not-call list, so nobody is transferred there. Name another, or take it off the list.`;
};

/** Everything the rails found out, with the values that the call will use. */
export type RailReport = {
  readonly verdicts: readonly RailVerdict[];
  readonly number: PhoneNumber | null;
  readonly callerId: Extract<CallerIdChoice, { status: 'chosen' }> | null;
  readonly transferTarget: string | null;
  readonly playbook: GrantedPlaybook | null;
  /** `null`: at once. */
  readonly scheduledFor: Date | null;
  readonly notAfter: Date;
};

const PASSED: Readonly<Record<Exclude<DialRail, 'caller_id'>, (number: PhoneNumber) => string>> = {
  destination: ({ e164 }) => `It is ${e164}.`,
  country: ({ country }) => `Numbers of ${country} may be dialled.`,
  number_type: ({ type }) => `Its type (${type.replaceAll('_', ' ')}) may be dialled.`,
  fictitious: () => 'It is not reserved for fiction, or this is the lab.',
};

/** The verdict of one rail about the destination; none where the number could not be read. */
const dialRail = (rail: keyof typeof PASSED, { number, refusals }: DialRails): readonly RailVerdict[] => {
  const refusal = refusals.get(rail);
  if (refusal === undefined) return [];
  if (refusal !== null) return [refuse(rail, refusal.code, refusal.reason)];
  return number === null ? [] : [pass(rail, PASSED[rail](number))];
};

const callerIdRail = (command: DispatchCommand, e164: string, settings: DialSettings) => {
  const choice = chooseCallerId(command.caller_id ?? null, e164, settings.callerId);
  if (choice.status === 'missing') {
    return { choice: null, verdict: refuse('caller_id', 'caller_id_missing', choice.reason) };
  }
  const refusal = checkCallerIdPolicy(choice.callerId, settings.policy);
  return refusal === null
    ? { choice, verdict: pass('caller_id', choice.why) }
    : { choice: null, verdict: refuse('caller_id', refusal.code, refusal.reason) };
};

const transferRail = (command: DispatchCommand, settings: DialSettings) => {
  if (command.transfer_target === undefined) {
    return { uri: null, verdict: pass('transfer_target', 'No transfer target is named.') };
  }
  const check = checkTransferTarget(command.transfer_target, settings);
  if (check.status === 'refused') {
    return { uri: null, verdict: refuse('transfer_target', check.code, check.reason) };
  }
  return { uri: check.uri, verdict: pass('transfer_target', `${check.uri} may be transferred to.`) };
};

/** Whether a callback may go where the request wants it. */
export const callbackRail = (command: DispatchCommand, settings: DialSettings): RailVerdict => {
  const { callback_url: url, callback_events: events } = command;
  if (url === undefined) {
    return events === undefined
      ? pass('callback_url', 'No callback is asked for.')
      : refuse('callback_url', 'callback_events_not_allowed', 'callback_events needs a callback_url.');
  }
  const target = checkCallbackUrl(url, settings.callbackHosts);
  if (target.status === 'refused') return refuse('callback_url', 'callback_url_not_allowed', target.reason);
  const others = (events ?? []).filter((event) => event !== 'call.ended');
  return others.length > 0 && acceptsOnlyEnded(url)
    ? refuse(
        'callback_url',
        'callback_events_not_allowed',
        `A resume URL of n8n takes one callback and goes on: leave ${others.join(', ')} out of callback_events, or name another callback_url.`,
      )
    : pass('callback_url', 'The callback may go there.');
};

const doNotCallRail = (history: DestinationHistory): RailVerdict => {
  const problem = doNotCallProblem(history);
  return problem === null
    ? pass('do_not_call', 'The number is not on the do-not-call list.')
    : refuse('do_not_call', 'do_not_call', problem);
};

const pauseRail = ({ pause }: DestinationHistory): RailVerdict =>
  pause === null
    ? pass('paused', 'Dialling is not paused.')
    : refuse('paused', 'paused', pausedSentence(pause));

/**
 * Runs every rail, in order: whom, when and as whom, then what else is asked for, then how often. A refusal of
 * one does not hide the others.
 */
export const runGuardRails = (
  command: DispatchCommand,
  settings: DialSettings,
  now: Date,
  choice: PlaybookChoice,
  history: DestinationHistory,
): RailReport => {
  const dial = runDialRails({ destination: command.destination, callerId: null }, settings.policy);
  const callerId = dial.number === null ? null : callerIdRail(command, dial.number.e164, settings);
  const transfer = transferRail(command, settings);
  const playbook = playbookRails(command, choice, transfer.uri, settings);
  const times = callTimes(command, dial.number, settings.hours, now);
  const whose = { apiKeyName: history.apiKeyName, accountCode: command.account_code ?? null };
  return {
    verdicts: [
      ...dialRail('destination', dial),
      ...dialRail('country', dial),
      ...dialRail('number_type', dial),
      doNotCallRail(history),
      times.verdict,
      ...(callerId === null ? [] : [callerId.verdict]),
      ...dialRail('fictitious', dial),
      transfer.verdict,
      ...playbook.verdicts,
      deadlineRail(command, now),
      callbackRail(command, settings),
      ...historyRails(settings.caps, history.usage, whose, times.scheduledFor ?? now),
      pauseRail(history),
    ],
    number: dial.number,
    callerId: callerId?.choice ?? null,
    transferTarget: transfer.uri,
    playbook: playbook.granted,
    scheduledFor: times.scheduledFor,
    notAfter: times.notAfter,
  };
};
