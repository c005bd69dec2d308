export { type BridgedTarget, bridgedTarget, phoneKey } from './bridged-target.ts';
export { type CallMetadata, type DecodedMetadata, decodeMetadata, encodeMetadata } from './call-metadata.ts';
export {
  CALL_STATUSES,
  type CallOutcome,
  type CallStatus,
  callOutcomeSchema,
  FINAL_STATUSES,
  type FinalStatus,
  isFinal,
  makeOutcome,
  type OutcomeEvidence,
  type SipEvidence,
  sipEvidenceSchema,
  storedOutcomeSchema,
  type TransferResult,
  transferResultSchema,
} from './call-outcome.ts';
export {
  type CallLeg,
  type CallReport,
  GRANT_REFUSALS,
  type GrantAnswer,
  type GrantedCall,
  type GrantRequest,
  grantAnswerSchema,
  grantRequestSchema,
  LEG_REFUSALS,
  type LegAnswer,
  type LegRequest,
  legAnswerSchema,
  legRequestSchema,
  type ReportAnswer,
  reportAnswerSchema,
  reportSchema,
  type SpeechFacts,
} from './call-report.ts';
export {
  type CallResult,
  callResultSchema,
  type Follows,
  RECORDING_LIMIT_BYTES,
  RESULT_LIMIT_BYTES,
  RESULT_WITHIN_MS,
  type RecordingClaim,
  recordingClaimText,
  type TranscriptTurn,
  transcriptTurnSchema,
} from './call-result.ts';
export { calleeZones } from './callee-zone.ts';
export {
  type CallerIdChoice,
  type CallerIdSettings,
  type CallerIdSource,
  checkCallerId,
  checkCallerName,
  chooseCallerId,
  chooseCallerName,
  isCallerIdAllowed,
} from './caller-id.ts';
export { offeredCodecs } from './codec-offer.ts';
export {
  checkCallerIdPolicy,
  checkDialPolicy,
  checkTransferPolicy,
  type DialPolicy,
  type DialRail,
  type DialRails,
  type DialRefusal,
  runDialRails,
} from './dial-policy.ts';
export { DIAL_FORMATS, type DialFormat, toDialString } from './dial-string.ts';
export {
  ALIVE_EVERY_MS,
  DIAL_WITHIN_MS,
  type DialTiming,
  dialTiming,
  LEASE_MS,
  RING_TIMEOUT_SECONDS,
} from './dial-timing.ts';
export { isEmergencyNumber } from './emergency-number.ts';
export {
  BLAMES,
  type Blame,
  END_REASON_NAMES,
  END_REASONS,
  type EndReason,
  RETRIES,
  type Retry,
  type Verdict,
} from './end-reason.ts';
export { isFictitiousNumber } from './fictitious-number.ts';
export { type FromSettings, fromOf } from './from.ts';
export {
  DEFAULT_TRANSFER_TARGET,
  type GrantedPlaybook,
  grantedPlaybookSchema,
  PLAYBOOK_NAME,
  PLAYBOOK_TOOLS,
  type PlaybookTool,
  type TransferTarget,
  transferUriSchema,
  withTransferTarget,
} from './granted-playbook.ts';
export { type NumberType, type ParsedNumber, type PhoneNumber, parsePhoneNumber } from './phone-number.ts';
export { wireCallId } from './sip-call-id.ts';
export {
  ACCOUNT_CODE_PATTERN,
  checkHeaderName,
  checkHeaderValue,
  type HeaderValue,
  IDENTITY_HEADERS,
  type IdentityHeader,
} from './sip-headers.ts';
export { parseHostPort, type SipHost } from './sip-host.ts';
export { type DialFailure, type DialVerdictContext, endReasonForSip } from './sip-status.ts';
export {
  type TransferUri,
  type TransferUriOptions,
  toReferTo,
  toTransferUri,
} from './sip-uri.ts';
export { acceptTraceparent, childTraceparent, traceFacts, traceparentSchema } from './trace-context.ts';
