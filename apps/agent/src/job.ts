import { randomUUID } from 'node:crypto';
import {
  defineAgent,
  log as frameworkLog,
  type JobContext,
  type JobProcess,
  type VAD,
} from '@livekit/agents';
import { createLogger, type Logger, loadEnvironment, logOptions, parseConfig } from '@outdial/runtime';
import { type CallMetadata, decodeMetadata, type GrantedCall } from '@outdial/telephony';
import { RoomServiceClient } from 'livekit-server-sdk';
import { createBridgeClient } from './adapters/bridge-client.ts';
import { createBridgeLedger } from './adapters/bridge-ledger.ts';
import { holdCall } from './adapters/call-marks.ts';
import { endBeforeExit, guardJob, joinRoom, leaveJob } from './adapters/job-process.ts';
import { createSipLeg, createTargetLeg } from './adapters/livekit-sip-leg.ts';
import { playInRoom } from './adapters/recorded-sound.ts';
import { createReportSpool } from './adapters/report-spool.ts';
import { createRoomLedger } from './adapters/room-ledger.ts';
import { createRoomMedia } from './adapters/room-media.ts';
import { createAfterCall } from './after-call.ts';
import { createCallEnd } from './call-end.ts';
import { type AgentConfig, aftermathDir, agentConfigSchema, callMarksDir, spoolDir } from './config.ts';
import { type Conversation, createConversation } from './conversation.ts';
import { callFromMetadata, readDefaultPlaybook } from './direct-call.ts';
import { measureHostDelay } from './host-delay.ts';
import { buildLlm, buildModels, silentAfterMs, turnDetectionFor } from './models.ts';
import type { CallLedger } from './ports.ts';
import { type CallRecording, createCallRecording } from './recording/call-recording.ts';
import { recordWithConsent } from './recording/record-call.ts';
import { createAftermathSpool } from './result/aftermath-spool.ts';
import { runCall } from './run-call.ts';
import { chooseModels } from './speech/choice.ts';
import { createDeparture } from './speech/departure.ts';
import { describeSessionFailure } from './speech/failure.ts';
import type { VoiceFacts } from './speech/resilient-tts.ts';
import { speechFactsOf } from './speech/speech-facts.ts';
import { loadVad } from './speech/vad.ts';
import { silenceVadLag, watchVad } from './speech/vad-lag.ts';
import { sentencesFor } from './talk/sentences.ts';
import { createCallTools } from './tools/call-tools.ts';
import { createEndGuard } from './tools/end-guard.ts';

type JobData = { config: AgentConfig; log: Logger; vad: VAD | null };

const ledgerFor = async (
  ctx: JobContext<JobData>,
  metadata: CallMetadata,
  token: string,
  log: Logger,
): Promise<CallLedger | null> => {
  const { config } = ctx.proc.userData;
  if (metadata.call_id !== null) {
    return createBridgeLedger({
      bridge: createBridgeClient(config.BRIDGE_URL, config.AGENT_REPORT_SECRET),
      callId: metadata.call_id,
      dispatch: metadata.dispatch ?? 1,
      jobId: ctx.job.id,
      token,
      spool: createReportSpool(spoolDir(config)),
      log,
    });
  }
  const playbook = await readDefaultPlaybook(config);
  const call = playbook.status === 'ok' ? callFromMetadata(metadata, config, playbook.value) : playbook;
  if (call.status === 'invalid') {
    log.error({ reason: call.reason }, 'the dispatch cannot be dialled');
    return null;
  }
  const rooms = new RoomServiceClient(config.LIVEKIT_URL, config.LIVEKIT_API_KEY, config.LIVEKIT_API_SECRET);
  return createRoomLedger({ rooms, roomName: roomNameOf(ctx), token, call: call.call, log });
};

/** A call is recorded only where the callee is told so. */
const recordingFor = (ctx: JobContext<JobData>, call: GrantedCall, log: Logger): CallRecording | null => {
  if (!call.record) return null;
  if (call.playbook.recording_notice !== null) return createCallRecording(ctx.sessionDirectory, log);
  log.error(
    { playbook: call.playbook.name },
    'the playbook has no recording notice: the call is not recorded',
  );
  return null;
};

const roomNameOf = (ctx: JobContext<JobData>): string => ctx.job.room?.name ?? '';

const entry = async (ctx: JobContext<JobData>): Promise<void> => {
  const { config, vad } = ctx.proc.userData;
  const decoded = decodeMetadata(ctx.job.metadata);
  if (decoded.status === 'invalid') {
    ctx.proc.userData.log.error(
      { reason: decoded.reason },
      'the job metadata cannot be read; nothing is dialled',
    );
    return ctx.shutdown('invalid metadata');
  }
  const { metadata, unknownFields } = decoded;
  const log = ctx.proc.userData.log.child({ callId: metadata.call_id, room: roomNameOf(ctx) });
  log.debug({ 'pii.metadata': metadata }, 'parsed job metadata');
  const unknown = Object.keys(unknownFields);
  if (unknown.length > 0) log.warn({ fields: unknown }, 'the job metadata has unknown fields');

  const token = randomUUID();
  const ledger = await ledgerFor(ctx, metadata, token, log);
  if (ledger === null) return ctx.shutdown('not dialable');
  const { call_id: callId } = metadata;
  const afterCall =
    callId === null
      ? null
      : createAfterCall({ callId, token, spool: createAftermathSpool(aftermathDir(config)), log });
  const end = createCallEnd();
  guardJob(end, log);

  silenceVadLag(frameworkLog());
  const vadFacts = vad === null ? null : watchVad(vad, config.VAD, log);
  const loopDelay = measureHostDelay(99);
  let voiceFacts: VoiceFacts | null = null;

  const running = runCall({
    config,
    room: ctx.room,
    connect: () => joinRoom(ctx),
    ledger,
    leg: createSipLeg(roomNameOf(ctx), config, log),
    targetLeg: createTargetLeg(roomNameOf(ctx), config, log),
    media: createRoomMedia(ctx.room, log),
    converse: (call, transfers) => {
      const models = buildModels(config, vad, call.playbook, log);
      voiceFacts = models.tts.facts;
      const guard = createEndGuard(() => conversation);
      const departure = createDeparture({
        play: (frames) => playInRoom(ctx.room, frames),
        pause: () => conversation.pause(),
        guard,
        transfers,
        end,
        log,
      });
      const recording = recordingFor(ctx, call, log);
      const sentences = sentencesFor(call.playbook.language);
      const consent = recording === null ? null : recordWithConsent(recording, sentences, log);
      const conversation: Conversation = createConversation({
        room: ctx.room,
        models,
        classifier: buildLlm(config),
        turnDetection: turnDetectionFor(config),
        silentAfterMs: silentAfterMs(config),
        call,
        record: recording !== null,
        onSession: (session, hearsMachine) => {
          afterCall?.attach(session, recording);
          consent?.listenTo(session, hearsMachine);
        },
        tools: {
          ...createCallTools({
            playbook: call.playbook,
            transfers,
            talk: () => conversation,
            optOutIsListed: ledger.watchesOver,
            guard,
            farewell: () => conversation.farewell('goodbye'),
            hangUp: () => end.decide({ reason: 'agent_hangup', hungUpBy: 'agent' }),
          }),
          ...consent?.tools,
        },
        onProviderError: (reason) => {
          const failure = describeSessionFailure(chooseModels(config), reason);
          // Without speech to text the session is closed, and announces no transfer.
          void departure.begin(failure, { handOver: reason.startsWith('llm_error') });
        },
        onEnd: (reason) => end.decide({ reason, hungUpBy: 'agent' }),
        onOptOut: () => {
          log.warn('the callee asked not to be called again');
          ledger.note({ type: 'opt_out' });
        },
        optOutIsListed: ledger.watchesOver,
        log,
      });
      void models.tts.lost.then((lost) => departure.begin(lost, { handOver: true }));
      void end.decided.then(() => log.info({ voice: models.tts.facts, vad: vadFacts }, 'how speech went'));
      return conversation;
    },
    afterCall,
    speechFacts: () => (voiceFacts === null ? null : speechFactsOf(voiceFacts, vadFacts, loopDelay())),
    end,
    hold: () => holdCall(callMarksDir(config), roomNameOf(ctx), log),
    log,
  });
  endBeforeExit(end, running);
  await running;
  leaveJob(ctx);
};

/** Imported by every job process: nothing here may act on import. */
// biome-ignore lint/style/noDefaultExport: agents-js loads the agent file by its default export.
export default defineAgent<JobData>({
  prewarm: async (proc: JobProcess<JobData>) => {
    const config = parseConfig(agentConfigSchema, loadEnvironment(process.cwd()));
    const log = createLogger(logOptions('agent', config));
    proc.userData = { config, log, vad: await loadVad(config) };
  },
  entry,
});
