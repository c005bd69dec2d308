import { randomBytes } from 'node:crypto';
import { BUILT_IN_PLAYBOOK } from '@outdial/playbooks';
import {
  type CallLeg,
  type CallReport,
  type CallResult,
  type CallStatus,
  makeOutcome,
} from '@outdial/telephony';
import type { CallEvent } from '../src/domain/advance-call.ts';
import { type Call, type NewCall, newCallId, roomName } from '../src/domain/call.ts';
import type { DialSettings } from '../src/domain/guard-rails.ts';
import type { PlaybookChoice } from '../src/domain/playbook-choice.ts';
import type { Playbooks } from '../src/ports.ts';

/** A moment that tests count from. */
export const T0 = new Date('2026-03-02T00:00:00.000Z');
export const after = (ms: number, from = T0): Date => new Date(from.getTime() + ms);

export const TOKEN = 'token-of-the-first-job';

let count = 0;

/** A call as it is accepted; every one has its own fingerprint unless told otherwise. */
export const aNewCall = (change: Partial<NewCall> = {}): NewCall => {
  count += 1;
  return {
    id: newCallId(new Date(), randomBytes(10)),
    apiKeyName: 'n8n',
    idempotencyKey: null,
    requestDigest: `digest-${count}`,
    fingerprint: `fingerprint-${count}`,
    traceparent: null,
    destination: '+61491570156',
    accountCode: 'em-tech-01',
    transferTarget: 'tel:+61255500100',
    callerId: 'LiveKitNehosHosted',
    callerIdSource: 'request',
    callerName: 'LiveKit Nehos Hosted',
    playbook: null,
    grantedPlaybook: null,
    variables: { name: 'Kim' },
    greeting: 'Hello',
    instructions: null,
    metadata: { order: 5 },
    voicemail: 'hang_up',
    record: false,
    retryMinutes: null,
    maxAttempts: 1,
    attempt: 1,
    retryOf: null,
    trunk: 'default',
    ringTimeoutSeconds: 45,
    maxCallSeconds: 840,
    scheduledFor: null,
    notAfter: new Date(Date.now() + 3_600_000),
    notAfterGiven: false,
    ...change,
  };
};

/** A stored call, dispatched a moment ago unless told otherwise. */
export const aCall = (change: Partial<Call> = {}): Call => {
  const call = aNewCall({ notAfter: after(3_600_000) });
  return {
    ...call,
    status: 'dispatched',
    createdAt: T0,
    dispatchNumber: 1,
    room: roomName(call.id, 1),
    dispatchId: 'AD_1',
    dispatchedAt: T0,
    lastDispatchAt: T0,
    nextDispatchAt: after(5_000),
    grantToken: null,
    grantExpiresAt: null,
    jobId: null,
    lastAliveAt: null,
    dialingAt: null,
    ringingAt: null,
    answeredAt: null,
    endedAt: null,
    cancelRequestedAt: null,
    optedOutAt: null,
    legs: [],
    transfer: null,
    bridgedLegs: [],
    legOpen: false,
    bridgedAt: null,
    outcome: null,
    lateLeg: false,
    roomsClearedAt: null,
    resultDueAt: null,
    resultAt: null,
    result: null,
    summary: null,
    resultProblem: null,
    transcriptAt: null,
    recordingState: null,
    purgedAt: null,
    ...change,
  };
};

const GRANTED = {
  dialingAt: after(1_000),
  grantToken: TOKEN,
  grantExpiresAt: after(4_000),
  lastAliveAt: after(1_000),
};

/** A plausible call in each status; those that are over ended busy at nine seconds. */
export const callIn = (status: CallStatus, change: Partial<Call> = {}): Call => {
  switch (status) {
    case 'queued':
      return aCall({
        status,
        dispatchNumber: 0,
        room: null,
        dispatchId: null,
        dispatchedAt: null,
        ...change,
      });
    case 'dispatched':
      return aCall({ status, ...change });
    case 'dialing':
      return aCall({ status, ...GRANTED, ...change });
    case 'ringing':
      return aCall({ status, ...GRANTED, ringingAt: after(2_000), ...change });
    case 'in_progress':
      return aCall({ status, ...GRANTED, ringingAt: after(2_000), answeredAt: after(5_000), ...change });
    default:
      return aCall({ status, ...GRANTED, endedAt: after(9_000), outcome: makeOutcome('busy'), ...change });
  }
};

type Said<T> = T extends CallReport ? Omit<T, 'token' | 'seq' | 'at_ms'> : never;

/** What the job of a call says, so long after its grant. */
export const report = (said: Said<CallReport>, atMs = 4_000): CallEvent => ({
  type: 'report',
  report: { token: TOKEN, seq: 1, at_ms: atMs, ...said } as CallReport,
});

/** The words of a call and what they come to, as its worker hands them over. */
export const result = (change: Partial<CallResult> = {}): Extract<CallEvent, { type: 'result' }> => ({
  type: 'result',
  result: {
    token: TOKEN,
    transcript: [{ at_ms: 900, speaker: 'callee', text: 'Seven of us.', interrupted: false }],
    result: { people: 7 },
    summary: 'Seven come.',
    recording: false,
    problem: null,
    ...change,
  },
});

/** The leg to the callee, as LiveKit or the agent shows it. */
export const calleeLeg = (sipCallId: string | null = 'abc'): CallLeg => ({
  identity: 'callee',
  participant_sid: 'PA_1',
  sip_call_id: sipCallId,
  sip_status: null,
  sip_reason: null,
});

/** The leg to a transfer target, as LiveKit shows it. */
export const targetLeg = (): CallLeg => ({
  identity: 'target',
  participant_sid: 'PA_2',
  sip_call_id: 'def',
  sip_status: null,
  sip_reason: null,
});

/** Settings of a lab: Australia, fictitious numbers, any caller ID, the destination as a last resort. */
export const settings = (change: Partial<DialSettings> = {}): DialSettings => ({
  policy: { allowedCountries: ['AU'], callerIdsAllowed: [], defaultCountry: 'AU', allowFictitious: true },
  callerId: {
    fromNumber: null,
    fromIdentity: null,
    fallback: 'destination',
    allowed: [],
    defaultCountry: 'AU',
  },
  displayName: null,
  transferHosts: ['sip.example.com'],
  ringTimeoutSeconds: 45,
  maxCallSeconds: 840,
  trunk: 'default',
  callbackHosts: { names: [], ranges: [] },
  recordCalls: false,
  ...change,
});

/** The built-in playbook, filled in, with what a test changes. */
export const aChoice = (
  change: Partial<Extract<PlaybookChoice, { status: 'chosen' }>['playbook']> = {},
): PlaybookChoice => {
  const { description: _description, variables: _variables, ...playbook } = BUILT_IN_PLAYBOOK;
  return { status: 'chosen', playbook: { ...playbook, ...change } };
};

/** A folder without playbooks: the built-in one is all there is. */
export const noPlaybooks: Playbooks = { read: async () => ({ entries: [], problem: null }) };
