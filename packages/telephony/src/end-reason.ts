import type { FinalStatus } from './call-outcome.ts';

/** Whose doing the end of a call was; `null` where there is nobody to blame. */
export const BLAMES = ['callee', 'caller', 'carrier', 'operator', 'platform', 'provider'] as const;
export type Blame = (typeof BLAMES)[number];

/** Whether the same call may be placed again: never, after a while, or once somebody changed something. */
export const RETRIES = ['no', 'later', 'after_fix'] as const;
export type Retry = (typeof RETRIES)[number];

/** Every reason a call can end for. The list is closed: adding one means adding a row below. */
export const END_REASON_NAMES = [
  'callee_hangup',
  'agent_hangup',
  'transferred',
  'voicemail_left',
  'voicemail_detected',
  'max_duration',
  'silence_timeout',
  'canceled_by_api',
  'media_timeout',
  'provider_error',
  'busy',
  'declined',
  'unavailable',
  'no_answer',
  'carrier_no_response',
  'invalid_number',
  'caller_id_rejected',
  'carrier_refused',
  'carrier_auth_failed',
  'codec_mismatch',
  'protocol_mismatch',
  'carrier_error',
  'carrier_rate_limited',
  'trunk_misconfigured',
  'livekit_rejected',
  'sip_unavailable',
  'not_dialed',
  'agent_unavailable',
  'agent_lost',
  'agent_error',
  'expired',
  'blocked',
  'outcome_unknown',
] as const;
export type EndReason = (typeof END_REASON_NAMES)[number];

/** What an end reason means: the call's final status, who is to blame, whether to try again, one sentence to act on. */
export type Verdict = {
  readonly status: FinalStatus;
  readonly blame: Blame | null;
  readonly retry: Retry;
  readonly message: string;
};

const verdict = (status: FinalStatus, blame: Blame | null, retry: Retry, message: string): Verdict => ({
  status,
  blame,
  retry,
  message,
});
const completed = (message: string): Verdict => verdict('completed', null, 'no', message);
const operator = (message: string): Verdict => verdict('failed', 'operator', 'after_fix', message);

/**
 * The closed table of ends. `whenAnswered` is the row's other form: the same reason on a call that had
 * been answered.
 */
export const END_REASONS: Readonly<Record<EndReason, Verdict & { readonly whenAnswered?: Verdict }>> = {
  callee_hangup: completed('The callee hung up.'),
  agent_hangup: completed('The agent ended the conversation and hung up.'),
  transferred: completed('The call was transferred.'),
  voicemail_left: completed('A voicemail answered and a message was left.'),
  voicemail_detected: completed('A voicemail answered and the agent hung up without a message.'),
  max_duration: completed('The call reached its maximum duration and was ended.'),
  silence_timeout: completed('The callee said nothing for too long and the call was ended.'),
  canceled_by_api: {
    ...verdict('canceled', 'caller', 'no', 'The call was canceled through the API before it was answered.'),
    whenAnswered: completed('The call was canceled through the API during the conversation.'),
  },
  media_timeout: verdict('completed', 'carrier', 'no', 'The carrier stopped sending audio during the call.'),
  provider_error: verdict(
    'completed',
    'provider',
    'later',
    'The speech or language model provider failed during the call; check its status and the account.',
  ),
  busy: verdict('busy', 'callee', 'later', 'The number is busy; try again later.'),
  declined: verdict('declined', 'callee', 'no', 'The callee declined the call.'),
  unavailable: verdict(
    'no_answer',
    'callee',
    'later',
    'The phone is switched off or cannot be reached now; try again later.',
  ),
  no_answer: verdict('no_answer', 'callee', 'later', 'Nobody answered in time; try again later.'),
  carrier_no_response: verdict(
    'failed',
    'carrier',
    'later',
    'The carrier never reported ringing or an answer; check the trunk address and that its SIP traffic passes the firewall, then try again later.',
  ),
  invalid_number: verdict(
    'failed',
    'caller',
    'no',
    'The carrier says that this number does not exist or is incomplete; correct the destination.',
  ),
  caller_id_rejected: operator(
    'The carrier refused the caller ID of this call; set caller_id in the request, or SIP_FROM_NUMBER, to a number that the carrier approved for this trunk.',
  ),
  carrier_refused: operator(
    "The carrier refused the call; usual causes: the caller ID is not approved, the source address is not on the carrier's list, the destination is barred, or the account has no credit.",
  ),
  carrier_auth_failed: operator(
    'The carrier refused the login; check the user name and password of the trunk.',
  ),
  codec_mismatch: operator(
    'The carrier and LiveKit have no codec or media encryption in common; check SIP_CODECS and the media encryption of the trunk.',
  ),
  protocol_mismatch: operator(
    'The carrier demands a SIP extension that LiveKit does not offer (session timer, 100rel or sec-agree); ask the carrier to make it optional for this trunk.',
  ),
  carrier_error: verdict('failed', 'carrier', 'later', 'The carrier had an internal error; try again later.'),
  carrier_rate_limited: verdict(
    'failed',
    'carrier',
    'later',
    "The carrier's limit of calls at once or calls per second was reached; lower MAX_CONCURRENT_CALLS or CALLS_PER_SECOND, or try again later.",
  ),
  trunk_misconfigured: operator(
    'LiveKit could not use the trunk; check SIP_TRUNK_ID, or SIP_TRUNK_HOST and SIP_TRUNK_TRANSPORT.',
  ),
  livekit_rejected: operator(
    'LiveKit refused the API key; check LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET.',
  ),
  sip_unavailable: verdict(
    'failed',
    'platform',
    'later',
    "LiveKit's SIP service was not available, so nothing was dialled; try again later.",
  ),
  not_dialed: verdict(
    'failed',
    'platform',
    'later',
    'The agent was too late to dial within its grant, so nothing was dialled; try again later.',
  ),
  agent_unavailable: verdict(
    'failed',
    'platform',
    'later',
    'No agent took the call in time, so nothing was dialled; check that an agent is running and registered under AGENT_NAME.',
  ),
  agent_lost: verdict(
    'failed',
    'platform',
    'no',
    "The agent's process was lost during the call; check the agent's log before calling again.",
  ),
  agent_error: {
    ...verdict('failed', 'platform', 'no', "The agent failed before an answer; check the agent's log."),
    whenAnswered: verdict(
      'completed',
      'platform',
      'no',
      "The agent failed during the conversation and ended the call; check the agent's log.",
    ),
  },
  expired: verdict(
    'canceled',
    'caller',
    'no',
    'The call could not start before not_after, so it was not placed.',
  ),
  blocked: verdict(
    'canceled',
    'caller',
    'no',
    'The number was put on the do-not-call list after the call was accepted, so it was not placed.',
  ),
  outcome_unknown: verdict(
    'unknown',
    'platform',
    'no',
    "The number may have been dialled and the evidence is lost; look at the carrier's records before calling again.",
  ),
};
