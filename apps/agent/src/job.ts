import { randomUUID } from 'node:crypto';
import {
  defineAgent,
  log as frameworkLog,
  type JobContext,
  type JobProcess,
  type VAD,
} from '@livekit/agents';
import { createLogger, type Logger, loadEnvironment, logOptions, parseConfig } from '@outdial/runtime';
import { type CallMetadata, decodeMetadata } from '@outdial/telephony';
import { RoomServiceClient } from 'livekit-server-sdk';
import { createBridgeClient } from './adapters/bridge-client.ts';
import { createBridgeLedger } from './adapters/bridge-ledger.ts';
import { holdCall } from './adapters/call-marks.ts';
import { endBeforeExit, guardJob, joinRoom, leaveJob } from './adapters/job-process.ts';
import { createSipLeg, createTargetLeg } from './adapters/livekit-sip-leg.ts';
import { createReportSpool } from './adapters/report-spool.ts';
import { createRoomLedger } from './adapters/room-ledger.ts';
import { createRoomMedia } from './adapters/room-media.ts';
import { createCallEnd } from './call-end.ts';
import { type AgentConfig, agentConfigSchema, callMarksDir, spoolDir } from './config.ts';
import { createConversation } from './conversation.ts';
import { callFromMetadata, readDefaultPlaybook } from './direct-call.ts';
import { buildModels, turnDetectionFor } from './models.ts';
import type { CallLedger } from './ports.ts';
import { runCall } from './run-call.ts';
import { loadVad } from './speech/vad.ts';
import { silenceVadLag, watchVad } from './speech/vad-lag.ts';
import { leaveWithoutVoice } from './speech/voice-lost.ts';
import { createCallTools } from './tools/call-tools.ts';

type JobData = { config: AgentConfig; log: Logger; vad: VAD | null };

const GOODBYE = 'Thank you. Goodbye.';

const ledgerFor = async (
  ctx: JobContext<JobData>,
  metadata: CallMetadata,
  log: Logger,
): Promise<CallLedger | null> => {
  const { config } = ctx.proc.userData;
  const token = randomUUID();
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

  const ledger = await ledgerFor(ctx, metadata, log);
  if (ledger === null) return ctx.shutdown('not dialable');
  const end = createCallEnd();
  guardJob(end, log);

  silenceVadLag(frameworkLog());
  const vadFacts = vad === null ? null : watchVad(vad, config.VAD, log);

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
      const conversation = createConversation({
        room: ctx.room,
        models,
        turnDetection: turnDetectionFor(config),
        playbook: call.playbook,
        tools: createCallTools({
          playbook: call.playbook,
          transfers,
          endCall: async () => {
            await conversation.say(GOODBYE);
            end.decide({ reason: 'agent_hangup', hungUpBy: 'agent' });
          },
        }),
        onProviderError: (reason) =>
          end.decide({ reason: 'provider_error', hungUpBy: 'agent', message: reason }),
        log,
      });
      void models.tts.lost.then((lost) => leaveWithoutVoice({ lost, conversation, transfers, end, log }));
      void end.decided.then(() => log.info({ voice: models.tts.facts, vad: vadFacts }, 'how speech went'));
      return conversation;
    },
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
