import {
  type CallerIdChoice,
  type CallerIdSettings,
  checkDialPolicy,
  checkTransferPolicy,
  chooseCallerId,
  type DialPolicy,
  type DialVerdict,
  toTransferUri,
} from '@outdial/telephony';
import type { DispatchCommand } from './dispatch-command.ts';

/** What the operator allows and what is used where a request is silent. */
export type DialSettings = {
  readonly policy: DialPolicy;
  readonly callerId: CallerIdSettings;
  readonly displayName: string | null;
  /** Hosts that a `sip:` transfer target may name. */
  readonly transferHosts: readonly string[];
  readonly ringTimeoutSeconds: number;
  readonly maxCallSeconds: number;
};

/** Why a call is not accepted. Each code has its HTTP status in `errors.ts`. */
export type RefusalCode =
  | Extract<DialVerdict, { status: 'refused' }>['code']
  | 'caller_id_missing'
  | 'invalid_transfer_target'
  | 'not_after_passed';

/** One rail, looked at: what it checked and what it found. */
export type RailVerdict = {
  readonly rail: 'destination' | 'caller_id' | 'transfer_target' | 'not_after';
  readonly verdict: 'pass' | 'refuse';
  readonly code: RefusalCode | null;
  readonly detail: string;
};

/** Everything the rails found out, with the values that the call will use. */
export type RailReport = {
  readonly verdicts: readonly RailVerdict[];
  readonly destination: string | null;
  readonly callerId: Extract<CallerIdChoice, { status: 'chosen' }> | null;
  readonly transferTarget: string | null;
};

type Rail = RailVerdict['rail'];
const pass = (rail: Rail, detail: string): RailVerdict => ({ rail, verdict: 'pass', code: null, detail });
const refuse = (rail: Rail, code: RefusalCode, detail: string): RailVerdict => ({
  rail,
  verdict: 'refuse',
  code,
  detail,
});

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
  const target = toTransferUri(command.transfer_target, {
    defaultCountry: settings.policy.defaultCountry,
    allowedHosts: settings.transferHosts,
  });
  if (target.status === 'invalid') {
    return { uri: null, verdict: refuse('transfer_target', 'invalid_transfer_target', target.reason) };
  }
  const verdict = checkTransferPolicy(target, settings.policy);
  if (verdict.status === 'refused') {
    return { uri: null, verdict: refuse('transfer_target', verdict.code, verdict.reason) };
  }
  return { uri: target.uri, verdict: pass('transfer_target', `${target.uri} may be transferred to.`) };
};

const deadlineRail = (command: DispatchCommand, now: Date): RailVerdict => {
  if (command.not_after === undefined) return pass('not_after', 'The call may start within an hour.');
  return Date.parse(command.not_after) > now.getTime()
    ? pass('not_after', 'The call may start until then.')
    : refuse('not_after', 'not_after_passed', 'not_after is in the past, so the call could never start.');
};

/** Runs every rail that needs no history, in order. A refusal of one does not hide the others. */
export const runGuardRails = (command: DispatchCommand, settings: DialSettings, now: Date): RailReport => {
  const destination = destinationRail(command, settings);
  const callerId = destination.e164 === null ? null : callerIdRail(command, destination.e164, settings);
  const transfer = transferRail(command, settings);
  return {
    verdicts: [
      destination.verdict,
      ...(callerId === null ? [] : [callerId.verdict]),
      transfer.verdict,
      deadlineRail(command, now),
    ],
    destination: destination.e164,
    callerId: callerId?.choice ?? null,
    transferTarget: transfer.uri,
  };
};
