import { chooseCallerName } from '@outdial/telephony';
import type { NewCall } from './call.ts';
import { NO_USAGE } from './call-caps.ts';
import type { DispatchCommand } from './dispatch-command.ts';
import { callFingerprint, requestDigest } from './fingerprint.ts';
import {
  type DestinationHistory,
  type DialSettings,
  type RailVerdict,
  type RefusalCode,
  runGuardRails,
} from './guard-rails.ts';
import type { PlaybookChoice } from './playbook-choice.ts';
import { fieldOf, refusalsOf } from './rail-verdict.ts';

/** A call that may be placed, all but its id and the key and the trace it came with. */
export type PlannedCall = Omit<NewCall, 'id' | 'apiKeyName' | 'idempotencyKey' | 'traceparent'>;

export type CallPlan =
  | {
      readonly status: 'planned';
      readonly call: PlannedCall;
      readonly verdicts: readonly RailVerdict[];
      /** Something the operator should mend, though the call is placed. */
      readonly warning: string | null;
    }
  | {
      readonly status: 'refused';
      readonly code: RefusalCode;
      /** Null: it is about no field of the request. */
      readonly field: string | null;
      readonly detail: string;
      /** From when on it would be accepted, where time alone mends it. */
      readonly retryAt: Date | null;
      readonly verdicts: readonly RailVerdict[];
    };

const NO_HISTORY: DestinationHistory = {
  doNotCall: false,
  doNotCallTargets: [],
  apiKeyName: '',
  usage: NO_USAGE,
  pause: null,
};

const playbookLimit = (choice: PlaybookChoice): number | null =>
  choice.status === 'chosen' ? choice.playbook.max_call_seconds : null;

/** Command, settings, the time, a playbook and the destination's history become an allowed call, or the first refusal with its code. */
export const planCall = (
  command: DispatchCommand,
  settings: DialSettings,
  now: Date,
  choice: PlaybookChoice,
  history: DestinationHistory = NO_HISTORY,
): CallPlan => {
  const rails = runGuardRails(command, settings, now, choice, history);
  const [refusal] = refusalsOf(rails.verdicts);
  if (refusal !== undefined || rails.number === null || rails.callerId === null || rails.playbook === null) {
    return {
      status: 'refused',
      code: refusal?.code ?? 'invalid_number',
      field: refusal === undefined ? 'destination' : fieldOf(refusal),
      detail: refusal?.detail ?? 'The destination cannot be dialled.',
      retryAt: refusal?.retryAt ?? null,
      verdicts: rails.verdicts,
    };
  }
  return {
    status: 'planned',
    verdicts: rails.verdicts,
    warning: rails.callerId.warning,
    call: {
      requestDigest: requestDigest(command),
      fingerprint: callFingerprint(command, rails.number.e164),
      destination: rails.number.e164,
      accountCode: command.account_code ?? null,
      transferTarget: rails.transferTarget,
      callerId: rails.callerId.callerId,
      callerIdSource: rails.callerId.source,
      callerName: chooseCallerName(command.caller_name ?? null, settings.displayName),
      trunk: settings.trunk,
      playbook: rails.playbook.name,
      grantedPlaybook: rails.playbook,
      variables: command.variables ?? null,
      greeting: command.greeting ?? null,
      instructions: command.instructions ?? null,
      metadata: command.metadata ?? null,
      voicemail: command.voicemail ?? 'hang_up',
      record: command.record ?? settings.recordCalls,
      retryMinutes: command.retry_minutes ?? null,
      maxAttempts: command.max_attempts ?? 1,
      ringTimeoutSeconds: command.ring_timeout_seconds ?? settings.ringTimeoutSeconds,
      maxCallSeconds: command.max_call_seconds ?? playbookLimit(choice) ?? settings.maxCallSeconds,
      attempt: 1,
      retryOf: null,
      scheduledFor: rails.scheduledFor,
      notAfter: rails.notAfter,
      notAfterGiven: command.not_after !== undefined,
    },
  };
};
