export type { GoBinaries } from './binaries.ts';
export type { TrunkUser } from './carrier/carrier.ts';
export type { CallParty, CarrierCall, CarrierEvent, CarrierRefer } from './carrier/carrier-call.ts';
export { headerOf, parseSipMessage, type SipMessage } from './carrier/sip-message.ts';
export { HEARD_WHOLE } from './demo-call.ts';
export {
  type CallbackAnswer,
  type CallbackReceiver,
  type CallbackRequest,
  startCallbackReceiver,
} from './faults/callback-receiver.ts';
export {
  type FaultAction,
  type FaultHandler,
  type FaultProxy,
  type ProxiedRequest,
  startFaultProxy,
} from './faults/fault-proxy.ts';
export type { TcpLink } from './faults/tcp-link.ts';
export type { ReceivedWebhook, Webhooks } from './faults/webhook-relay.ts';
export { LAB_AUTH_ID, LAB_CALLER_IDS, type Lab, type LabOptions, startLab } from './lab.ts';
export { openPorts, readSockets, socketsOf } from './open-ports.ts';
export {
  type AppEnv,
  type AppName,
  type CallRecord,
  type Outdial,
  type OutdialOptions,
  startOutdial,
} from './outdial.ts';
export type { ApiAnswer } from './outdial-api.ts';
export type { Job } from './outdial-jobs.ts';
export type { Ending, Part, Reach } from './part.ts';
export type { PhoneCall } from './phones/answering-line.ts';
export { LAB_NUMBERS, LOGIN_AT_PHONE, SPARE_NUMBERS } from './phones/numbers.ts';
export type { PhoneWords } from './phones/phone-audio.ts';
export type { AddedPhone, Phones } from './phones/phones.ts';
export { acceptRefer, refuseRefer } from './phones/refer-scenario.ts';
export { type RtpEar, startRtpEar } from './phones/rtp-ear.ts';
export {
  answerAfterEarlyMedia,
  answerTheCanceled,
  answerThen,
  answerThenHangUp,
  demandLogin,
  type RefuseOptions,
  refuse,
  refuseEveryLogin,
  ringForEver,
  tryForEver,
} from './phones/scenario.ts';
export { ask, FALL_SILENT, hangUp, offerAnew, pause, replyInDialog, send } from './phones/scenario-parts.ts';
export { startPostgres, type TestPostgres } from './postgres.ts';
export { createPartRunner, type PartRunner } from './process.ts';
export {
  buildPhoneWav,
  compareSounds,
  judgeBy,
  type LlmAlone,
  type LlmReply,
  type LlmRule,
  readWav,
  type Similarity,
  type Sound,
  type SpeechServers,
  similarity,
  speak,
  startLlmAlone,
  startSpeechServers,
  synthesize,
  type UtteranceKey,
  utterances,
} from './speech/index.ts';
