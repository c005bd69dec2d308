import {
  type CallerIdChoice,
  type CallerIdSettings,
  checkDialPolicy,
  chooseCallerId,
  type DialPolicy,
  type DialVerdict,
  type GrantedPlaybook,
} from '@outdial/telephony';
import { type AllowedHosts, acceptsOnlyEnded, checkCallbackUrl } from './callback-target.ts';
import type { DispatchCommand } from './dispatch-command.ts';
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
};

/** Why a call is not accepted. Each code has its HTTP status in `errors.ts`. */
export type RefusalCode =
  | Extract<DialVerdict, { status: 'refused' }>['code']
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
  | 'paused';

/** One rail, looked at: what it checked and what it found. */
export type RailVerdict = {
  readonly rail:
    | 'destination'
    | 'caller_id'
    | 'playbook'
    | 'variables'
    | 'greeting'
    | 'instructions'
    | 'transfer_target'
    | 'voicemail'
    | 'record'
    | 'not_after'
    | 'callback_url'
    | 'do_not_call'
    | 'paused';
  readonly verdict: 'pass' | 'refuse';
  readonly code: RefusalCode | null;
  readonly detail: string;
};

/** What is known of a destination from before. */
export type DestinationHistory = {
  /** It is on the do-not-call list. */
  readonly doNotCall: boolean;
  /** Names of the call's transfer targets that are on it. */
  readonly doNotCallTargets: readonly string[];
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
  readonly destination: string | null;
  readonly callerId: Extract<CallerIdChoice, { status: 'chosen' }> | null;
  readonly transferTarget: string | null;
  readonly playbook: GrantedPlaybook | null;
};

const destinationRail = (command: DispatchCommand, settings: DialSettings) => {
  const verdict = checkDialPolicy({ destination: command.destination, callerId: null }, settings.policy);
  if (verdict.status === 'refused')
    return { e164: null, verdict: refuse('destination', verdict.code, verdict.reason) };
  const e164 = verdict.number?.e164 ?? null;
  return { e164, verdict: pass('destination', `${e164} may be dialled.`) };
};

const callerIdRail = (command: DispatchCommand, e164: string, settings: DialSettings) => {
  const choice = chooseCallerId(command.caller_id ?? null, e164, settings.callerId);
  if (choice.status === 'missing') {
    return { choice: null, verdict: refuse('caller_id', 'caller_id_missing', choice.reason) };
  }
  const verdict = checkDialPolicy({ destination: e164, callerId: choice.callerId }, settings.policy);
  if (verdict.status === 'refused') {
    return { choice: null, verdict: refuse('caller_id', verdict.code, verdict.reason) };
  }
  return { choice, verdict: pass('caller_id', choice.why) };
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

const deadlineRail = (command: DispatchCommand, now: Date): RailVerdict => {
  if (command.not_after === undefined)
    return pass('not_after', 'The call may start within an hour of its time.');
  const notAfter = Date.parse(command.not_after);
  if (notAfter <= now.getTime()) {
    return refuse(
      'not_after',
      'not_after_passed',
      'not_after is in the past, so the call could never start.',
    );
  }
  return command.schedule_at !== undefined && notAfter <= Date.parse(command.schedule_at)
    ? refuse(
        'not_after',
        'not_after_passed',
        'not_after is not after schedule_at, so the call could never start.',
      )
    : pass('not_after', 'The call may start until then.');
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

/** Runs every rail, in order. A refusal of one does not hide the others. */
export const runGuardRails = (
  command: DispatchCommand,
  settings: DialSettings,
  now: Date,
  choice: PlaybookChoice,
  history: DestinationHistory,
): RailReport => {
  const destination = destinationRail(command, settings);
  const callerId = destination.e164 === null ? null : callerIdRail(command, destination.e164, settings);
  const transfer = transferRail(command, settings);
  const playbook = playbookRails(command, choice, transfer.uri, settings);
  return {
    verdicts: [
      destination.verdict,
      ...(callerId === null ? [] : [callerId.verdict]),
      transfer.verdict,
      ...playbook.verdicts,
      deadlineRail(command, now),
      callbackRail(command, settings),
      doNotCallRail(history),
      pauseRail(history),
    ],
    destination: destination.e164,
    callerId: callerId?.choice ?? null,
    transferTarget: transfer.uri,
    playbook: playbook.granted,
  };
};
