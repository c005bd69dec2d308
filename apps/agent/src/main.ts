import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AgentServer, InferenceRunner, initializeLogger, ServerOptions } from '@livekit/agents';
import {
  ConfigError,
  createLogger,
  loadEnvironment,
  logOptions,
  parseConfig,
  writeAgentMark,
} from '@outdial/runtime';
import { RoomServiceClient, ServerError } from 'livekit-server-sdk';
import { createBridgeClient } from './adapters/bridge-client.ts';
import { endCallsOfTheDead } from './adapters/call-marks.ts';
import { createKeepsakeClient } from './adapters/keepsake-client.ts';
import { createReportSpool } from './adapters/report-spool.ts';
import { type AgentConfig, aftermathDir, agentConfigSchema, callMarksDir, spoolDir } from './config.ts';
import { drainWorker } from './drain.ts';
import { measureHostDelay } from './host-delay.ts';
import { buildLlm } from './models.ts';
import { sweepRecordings } from './recording/sweep-recordings.ts';
import { createAftermathSpool } from './result/aftermath-spool.ts';
import { askLlm } from './result/ask-model.ts';
import { createHandOver } from './result/hand-over.ts';
import { startRounds } from './rounds.ts';
import { chooseModels } from './speech/choice.ts';
import { localModelsProblem, needsLocalModels } from './speech/local-models.ts';
import { startLines } from './speech/start-lines.ts';
import { FULL, workerLoad } from './worker-load.ts';

/**
 * Jobs beyond MAX_CONCURRENT_CALLS: the bridge gives a place away when a call's end is reported, a moment before
 * that call's process is gone, and a dispatch that finds the worker full is lost for five seconds.
 */
const LEAVING_JOBS = 2;
/** A request or a playbook may ask for more than MAX_CALL_SECONDS: so long a call may be at most. */
const LONGEST_CALL_SECONDS = 14_400;
const SPOOL_EVERY_MS = 5_000;
const HAND_OVER_EVERY_MS = 500;
const SWEEP_EVERY_MS = 10_000;
const DEAD_JOBS_EVERY_MS = 1_000;

const freePort = (host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

const readConfig = (): AgentConfig => {
  try {
    return parseConfig(agentConfigSchema, loadEnvironment(process.cwd()));
  } catch (error) {
    console.error(error instanceof ConfigError ? error.message : error);
    process.exit(1);
  }
};

const config = readConfig();
const log = createLogger(logOptions('agent', config));

const choice = chooseModels(config);
const missing = needsLocalModels(choice) ? localModelsProblem() : null;
if (missing !== null) {
  console.error(missing);
  process.exit(1);
}

// agents-js starts a 375 MB inference process for its own end-of-turn model even where turns are
// detected otherwise. A runner of that name that does not enumerate keeps it from being started.
if (choice.turns.provider !== 'local')
  Object.defineProperty(InferenceRunner.registeredRunners, 'lk_eot_audio', {
    value: 'off',
    enumerable: false,
  });

// The framework's own log writes transcripts and identities unmasked: below warnings it is for those
// who asked for private values.
const frameworkLevel = config.LOG_PII ? logOptions('agent', config).level : 'warn';
initializeLogger({ pretty: process.stdout.isTTY === true, level: frameworkLevel });
const healthPort = config.AGENT_HEALTH_PORT || (await freePort(config.AGENT_HEALTH_HOST));
const mostJobs = config.MAX_CONCURRENT_CALLS + LEAVING_JOBS;
const drainMs = (LONGEST_CALL_SECONDS + 60) * 1000;

const hostDelay = measureHostDelay();
let late = false;
const reportLoad = (jobs: number): number => {
  const lateMs = hostDelay();
  const load = workerLoad({ jobs, mostJobs, lateMs });
  const isLate = load >= FULL && jobs < mostJobs;
  if (isLate && !late)
    log.warn(
      { jobs, lateMs },
      'this host is too busy for a further call: none is taken until it has time again',
    );
  late = isLate;
  return load;
};

const server = new AgentServer(
  new ServerOptions({
    agent: fileURLToPath(new URL('./job.ts', import.meta.url)),
    agentName: config.AGENT_NAME,
    wsURL: config.LIVEKIT_URL,
    apiKey: config.LIVEKIT_API_KEY,
    apiSecret: config.LIVEKIT_API_SECRET,
    host: config.AGENT_HEALTH_HOST,
    port: healthPort,
    production: true,
    logLevel: frameworkLevel,
    // More than one warm process makes agents-js' drain throw while they are being refilled.
    numIdleProcesses: 1,
    initializeProcessTimeout: 30_000,
    drainTimeout: drainMs,
    // livekit-server itself refuses a worker that reports 0.7 or more, whatever the threshold here.
    loadFunc: async (worker) => reportLoad(worker.activeJobs.length),
    requestFunc: async (request) => {
      if (server.activeJobs.length >= mostJobs) return request.reject();
      return request.accept();
    },
  }),
);

log.info({ agentName: config.AGENT_NAME, livekit: config.LIVEKIT_URL, healthPort }, 'agent starting');
try {
  writeAgentMark(config.DATA_DIR, { host: config.AGENT_HEALTH_HOST, port: healthPort });
} catch (error) {
  log.warn({ err: error }, 'this agent could not note itself in DATA_DIR: outdial doctor will not find it');
}
for (const { facts, text } of startLines(choice)) log.info(facts, text);

const spool = createReportSpool(spoolDir(config));
const bridge = createBridgeClient(config.BRIDGE_URL, config.AGENT_REPORT_SECRET);
const reports = startRounds('final reports', SPOOL_EVERY_MS, () => spool.drain(bridge, log), log);

const handOver = createHandOver({
  spool: createAftermathSpool(aftermathDir(config), (file) =>
    log.warn({ file }, 'a file in the spool of results is not ours and is left alone; delete it'),
  ),
  client: createKeepsakeClient(config.BRIDGE_URL, config.AGENT_REPORT_SECRET),
  ask: askLlm(() => buildLlm(config)),
  log,
});
const results = startRounds('results of calls', HAND_OVER_EVERY_MS, handOver.round, log);
// Where agents-js records: JobContext.sessionDirectory.
const sessionsDir = join(tmpdir(), 'livekit-agents');
const sweeps = startRounds(
  'half-made recordings',
  SWEEP_EVERY_MS,
  () => sweepRecordings(sessionsDir, log),
  log,
);

const rooms = new RoomServiceClient(config.LIVEKIT_URL, config.LIVEKIT_API_KEY, config.LIVEKIT_API_SECRET, {
  failover: false,
});
const deleteRoom = async (room: string): Promise<void> => {
  await rooms.deleteRoom(room).catch((error: unknown) => {
    if (!(error instanceof ServerError && error.code === 'not_found')) throw error;
  });
};
const deadCalls = startRounds(
  'calls of dead jobs',
  DEAD_JOBS_EVERY_MS,
  () => endCallsOfTheDead(callMarksDir(config), deleteRoom, log),
  log,
);

let stopping = false;
const stop = async (signal: string): Promise<void> => {
  if (stopping) {
    log.warn({ signal }, 'second signal: calls are cut');
    process.exit(1);
  }
  stopping = true;
  log.info({ signal, calls: server.activeJobs.length }, 'draining: no new calls, running ones finish');
  await drainWorker(server, drainMs, log);
  await server.close();
  for (const rounds of [reports, results, sweeps, deadCalls]) rounds.stop();
  await deadCalls.now();
  await reports.now();
  await results.now();
  log.info('agent stopped');
  process.exit(0);
};
process.on('SIGTERM', () => void stop('SIGTERM'));
process.on('SIGINT', () => void stop('SIGINT'));

server.event.on('worker_registered', () =>
  log.info({ agentName: config.AGENT_NAME }, 'agent ready for calls'),
);
try {
  await server.run();
} catch (error) {
  if (!stopping) {
    log.fatal(
      { err: error },
      'the worker stopped; check LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET',
    );
    process.exit(1);
  }
}
