import {
  type CallerIdSource,
  type CallLeg,
  type CallOutcome,
  type CallStatus,
  type GrantedPlaybook,
  type TransferResult,
  traceFacts,
} from '@outdial/telephony';
import type { GrantedLeg } from './bridged-leg.ts';

/** Any JSON value; what `metadata` and `variables` hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One call as it is written down. Times come from the database clock; an absent fact is `null`. */
export type Call = {
  readonly id: string;
  readonly status: CallStatus;
  readonly apiKeyName: string;
  readonly idempotencyKey: string | null;
  /** Digest of the payload, to tell "same key, same payload" from "same key, other payload". */
  readonly requestDigest: string;
  /** Digest of what makes two keyless requests the same call. */
  readonly fingerprint: string;
  /** The trace of the request that asked for it (W3C Trace Context); `null` in rows from before there were any. */
  readonly traceparent: string | null;

  readonly destination: string;
  readonly accountCode: string | null;
  readonly transferTarget: string | null;
  readonly callerId: string;
  readonly callerIdSource: CallerIdSource;
  readonly callerName: string | null;
  /** The trunk whose limits the call counts against: SIP_TRUNK_ID, or the trunk's host. */
  readonly trunk: string;
  readonly playbook: string | null;
  /** The playbook as it was filled in at the acceptance; `null` in rows from before: the default one. */
  readonly grantedPlaybook: GrantedPlaybook | null;
  readonly variables: Json;
  readonly greeting: string | null;
  readonly instructions: string | null;
  readonly metadata: Json;
  readonly voicemail: 'hang_up' | 'leave_message';
  readonly record: boolean;
  /** Minutes between attempts; `null`: the default. */
  readonly retryMinutes: readonly number[] | null;
  readonly maxAttempts: number;
  readonly attempt: number;
  /** The call that this one repeats: by hand, or as a further attempt (then the first of its row). */
  readonly retryOf: string | null;
  readonly ringTimeoutSeconds: number;
  readonly maxCallSeconds: number;

  readonly createdAt: Date;
  readonly scheduledFor: Date | null;
  readonly notAfter: Date;
  /** Whether the request named `not_after`; a further attempt then keeps it. */
  readonly notAfterGiven: boolean;

  /** Number of the newest dispatch; 0 before the first. */
  readonly dispatchNumber: number;
  readonly room: string | null;
  readonly dispatchId: string | null;
  readonly dispatchedAt: Date | null;
  /** Of the newest dispatch or second leg; the trunk's pace counts it. */
  readonly lastDispatchAt: Date | null;
  readonly nextDispatchAt: Date | null;

  readonly grantToken: string | null;
  readonly grantExpiresAt: Date | null;
  readonly jobId: string | null;
  readonly lastAliveAt: Date | null;
  readonly dialingAt: Date | null;
  readonly ringingAt: Date | null;
  readonly answeredAt: Date | null;
  readonly endedAt: Date | null;
  readonly cancelRequestedAt: Date | null;
  /** When the callee asked not to be called again. */
  readonly optedOutAt: Date | null;

  readonly legs: readonly CallLeg[];
  readonly transfer: TransferResult | null;
  /** Second legs that the job was allowed to dial, ever, the newest last. */
  readonly bridgedLegs: readonly GrantedLeg[];
  /** Whether a second leg takes a place of the trunk. */
  readonly legOpen: boolean;
  /** Since then callee and target talk with each other, whatever becomes of the agent. */
  readonly bridgedAt: Date | null;
  readonly outcome: CallOutcome | null;
  readonly lateLeg: boolean;
  readonly roomsClearedAt: Date | null;

  /** Until when `call.ended` waits for the result; `null`: none was announced with the end. */
  readonly resultDueAt: Date | null;
  /** When the result came, or was given up. */
  readonly resultAt: Date | null;
  readonly result: Json;
  readonly summary: string | null;
  /** Why there is no result or no summary. */
  readonly resultProblem: string | null;
  /** When the transcript was written down; `null`: there is none, or none any more. */
  readonly transcriptAt: Date | null;
  /** `null`: nothing was recorded. */
  readonly recordingState: 'awaited' | 'stored' | 'deleted' | null;
  /** When what it says about people was deleted. */
  readonly purgedAt: Date | null;
};

/** What is known of a call when it is accepted; everything else starts absent. */
export type NewCall = Pick<
  Call,
  | 'id'
  | 'apiKeyName'
  | 'idempotencyKey'
  | 'requestDigest'
  | 'fingerprint'
  | 'traceparent'
  | 'destination'
  | 'accountCode'
  | 'transferTarget'
  | 'callerId'
  | 'callerIdSource'
  | 'callerName'
  | 'trunk'
  | 'playbook'
  | 'grantedPlaybook'
  | 'variables'
  | 'greeting'
  | 'instructions'
  | 'metadata'
  | 'voicemail'
  | 'record'
  | 'retryMinutes'
  | 'maxAttempts'
  | 'attempt'
  | 'retryOf'
  | 'ringTimeoutSeconds'
  | 'maxCallSeconds'
  | 'scheduledFor'
  | 'notAfter'
  | 'notAfterGiven'
>;

/** What a log line names a call by: its id and its trace. */
export const callFacts = (
  call: Pick<Call, 'id' | 'traceparent'>,
): { readonly callId: string; readonly traceId?: string } => ({
  callId: call.id,
  ...traceFacts(call.traceparent),
});

/** The room of one dispatch. Each dispatch has its own, so a late job can never meet a newer one. */
export const roomName = (callId: string, dispatchNumber: number): string =>
  `call-${callId}-${dispatchNumber}`;

/** `call_` + UUIDv7 (RFC 9562 section 5.7) of that moment; `random` gives its last ten bytes. */
export const newCallId = (now: Date, random: Uint8Array): string => {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(now.getTime()) << 16n);
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return `call_${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};

const ROOM = /^call-(call_[\w-]+)-(\d{1,9})$/;

/** Which call and which of its dispatches a room belongs to; `null` for a room that is none of ours. */
export const parseRoomName = (
  room: string,
): { readonly callId: string; readonly dispatch: number } | null => {
  const [, callId, dispatch] = ROOM.exec(room) ?? [];
  return callId === undefined ? null : { callId, dispatch: Number(dispatch) };
};
