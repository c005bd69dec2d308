import { chooseCallerName } from '@outdial/telephony';
import type { NewCall } from './call.ts';
import type { DispatchCommand } from './dispatch-command.ts';
import { callFingerprint, requestDigest } from './fingerprint.ts';
import {
  type DestinationHistory,
  type DialSettings,
  type RailVerdict,
  type RefusalCode,
  runGuardRails,
} from './guard-rails.ts';
import { DEFAULT_NOT_AFTER_MS } from './next-attempt.ts';
import type { PlaybookChoice } from './playbook-choice.ts';

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
      readonly field: string;
      readonly detail: string;
      readonly verdicts: readonly RailVerdict[];
    };

// A time that has passed already is now.
const startOf = (command: DispatchCommand, now: Date): Date | null => {
  const at = command.schedule_at === undefined ? null : new Date(command.schedule_at);
  return at !== null && at > now ? at : null;
};

const NO_HISTORY: DestinationHistory = { doNotCall: false, doNotCallTargets: [], pause: null };

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
  const refusal = rails.verdicts.find((verdict) => verdict.code !== null);
  if (refusal?.code || rails.destination === null || rails.callerId === null || rails.playbook === null) {
    return {
      status: 'refused',
      code: refusal?.code ?? 'invalid_number',
      field: refusal?.rail ?? 'destination',
      detail: refusal?.detail ?? 'The destination cannot be dialled.',
      verdicts: rails.verdicts,
    };
  }
  const scheduledFor = startOf(command, now);
  const notAfter =
    command.not_after === undefined
      ? new Date((scheduledFor ?? now).getTime() + DEFAULT_NOT_AFTER_MS)
      : new Date(command.not_after);
  return {
    status: 'planned',
    verdicts: rails.verdicts,
    warning: rails.callerId.warning,
    call: {
      requestDigest: requestDigest(command),
      fingerprint: callFingerprint(command, rails.destination),
      destination: rails.destination,
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
      scheduledFor,
      notAfter,
      notAfterGiven: command.not_after !== undefined,
    },
  };
};
