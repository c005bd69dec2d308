import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  ConfigError,
  createLogger,
  type Logger,
  loadEnvironment,
  logOptions,
  parseConfig,
} from '@outdial/runtime';
import packageJson from '../package.json' with { type: 'json' };
import { createBackups } from './adapters/backup/write-backup.ts';
import { createCallbackSender } from './adapters/callbacks/callback-sender.ts';
import { createLiveKit } from './adapters/livekit/livekit.ts';
import { createWebhookReader } from './adapters/livekit/webhook.ts';
import { openPlaybooks } from './adapters/playbooks/open-playbooks.ts';
import { createAlarmClock } from './adapters/postgres/alarm-clock.ts';
import { createCallStore } from './adapters/postgres/call-store.ts';
import { openChangeFeed } from './adapters/postgres/change-feed.ts';
import { openDatabase } from './adapters/postgres/database.ts';
import { checkDiskSpace } from './adapters/postgres/disk-space.ts';
import { createDoNotCallStore } from './adapters/postgres/do-not-call-store.ts';
import { explainDatabase } from './adapters/postgres/explain-database.ts';
import { holdPlace } from './adapters/postgres/hold-place.ts';
import { migratePatiently } from './adapters/postgres/migrate.ts';
import { makePrivateFolder } from './adapters/postgres/private-folder.ts';
import { createRecordingStore } from './adapters/recordings/recording-store.ts';
import { buildApp } from './app.ts';
import { type Background, startBackground } from './background.ts';
import {
  allowedAddresses,
  type BridgeConfig,
  bridgeConfigSchema,
  dialSettings,
  fallsBackToDestination,
  limitsOf,
  namesWithoutEffect,
  recordingsDir,
  trunkOf,
} from './config.ts';
import { closeAfterPowerLoss } from './flow/close-after-power-loss.ts';
import type { App } from './http/route.ts';
import { type BridgeMetrics, createBridgeMetrics } from './metrics/bridge-metrics.ts';
import { watchStore } from './metrics/watch-store.ts';
import { restore } from './restore.ts';
import { StartError } from './start-error.ts';

// Long enough for whoever watches /readyz to see the 503 before the port closes.
const LEAVE_AFTER_MS = 1_000;

// A callback that is broken off is sent again by the next bridge, so waiting longer gains nothing.
const CALLBACKS_END_WITHIN_MS = 2_000;

const STOP_LIMIT_MS = 40_000;

// After the work under way is done; a client that never finishes its request must not hold up the end.
const CONNECTIONS_END_WITHIN_MS = 10_000;

/** Opens the records, and says in one sentence why they cannot be opened. */
const openStore = async (config: BridgeConfig, metrics: BridgeMetrics, log: Logger) => {
  const { place, lock, boot } = holdPlace(config);
  const embedded = place.type === 'folder';
  const checkSpace = embedded ? () => checkDiskSpace(place.dataDir) : () => {};
  const open = async () => {
    const opened = openDatabase(place, (error) => log.warn({ err: error }, 'a database connection was lost'));
    const applied = await migratePatiently(opened);
    return {
      opened,
      applied,
      alarms: await createAlarmClock(opened, log),
      feed: await openChangeFeed(opened, log),
    };
  };
  const { opened, applied, alarms, feed } = await (embedded ? open() : explainDatabase(open));
  log.info({ store: embedded ? 'embedded' : 'postgres', applied }, 'database ready');
  const calls = watchStore(createCallStore(opened.db, alarms.set, checkSpace), metrics);
  if (boot?.powerLost === true) {
    log.error('the host was started anew since the last unclean stop; open calls are closed as unknown');
    await closeAfterPowerLoss({ calls, log });
  }
  boot?.writeRunning();
  return {
    calls,
    doNotCall: createDoNotCallStore(opened.db, checkSpace),
    backups: createBackups(opened.db, join(config.DATA_DIR, 'backups')),
    alarms,
    feed,
    close: async () => {
      await feed.close();
      await opened.close();
      boot?.writeCleanStop();
      lock?.release();
    },
  };
};

/** Ends every connection: idle ones at once, requests under way when they are answered or out of time. */
const closeServer = async (app: App): Promise<void> => {
  const timer = setTimeout(() => app.server.closeAllConnections(), CONNECTIONS_END_WITHIN_MS);
  await app.close();
  clearTimeout(timer);
};

const startBridge = async (config: BridgeConfig, log: Logger) => {
  const playbooks = await openPlaybooks(config, log);
  const metrics = createBridgeMetrics(packageJson.version);
  const store = await openStore(config, metrics, log);
  const livekit = createLiveKit({
    url: config.LIVEKIT_URL,
    apiKey: config.LIVEKIT_API_KEY,
    apiSecret: config.LIVEKIT_API_SECRET,
    agentName: config.AGENT_NAME,
  });
  await store.calls.mendTimes();
  const others = await store.calls.adoptCalls(trunkOf(config));
  if (others > 0) {
    log.warn(
      { calls: others, trunk: trunkOf(config) },
      'open calls were accepted for another trunk and start only where a bridge serves it',
    );
  }
  await store.calls.setStandingEndpoint(
    'CALLBACK_URL',
    config.CALLBACK_URL === null ? null : { url: config.CALLBACK_URL, events: ['call.ended'] },
  );
  makePrivateFolder(recordingsDir(config), 'RECORDINGS_DIR');
  const recordings = createRecordingStore(recordingsDir(config));
  const lifecycle = { closing: false };
  const ending = new AbortController();
  // A bridge that cannot take its port must not have started calls: the background comes after it.
  let background: Background | null = null;
  const app = await buildApp({
    calls: store.calls,
    doNotCall: store.doNotCall,
    backups: store.backups,
    recordings,
    settings: dialSettings(config),
    limits: limitsOf(config),
    playbooks,
    wake: () => background?.wake(),
    feed: store.feed,
    ending: ending.signal,
    metrics,
    log,
    apiKeys: config.BRIDGE_API_KEYS,
    agentReportSecret: config.AGENT_REPORT_SECRET,
    readLiveKitWebhook: createWebhookReader(config.LIVEKIT_API_KEY, config.LIVEKIT_API_SECRET),
    trustProxy: config.BRIDGE_TRUST_PROXY,
    allowedAddresses: allowedAddresses(config),
    lifecycle,
    version: packageJson.version,
  });
  const url = await app.listen({ host: config.BRIDGE_HOST, port: config.BRIDGE_PORT });
  const sender = createCallbackSender({
    secrets: config.CALLBACK_SIGNING_SECRET,
    allowedHosts: config.CALLBACK_ALLOWED_HOSTS,
    userAgent: `Outdial/${packageJson.version}`,
  });
  const started = startBackground({
    calls: store.calls,
    livekit,
    settings: dialSettings(config),
    limits: limitsOf(config),
    trunk: trunkOf(config),
    send: sender.send,
    recordings,
    retentionDays: config.RETENTION_DAYS,
    log,
  });
  background = started;
  await store.alarms.ring(started.onAlarm);
  if (fallsBackToDestination(config)) {
    log.warn(
      'no caller ID is set: calls show the number that is called, which most carriers refuse; set SIP_FROM_NUMBER or SIP_FROM_IDENTITY',
    );
  }
  log.info({ url }, 'bridge ready');

  return async (): Promise<void> => {
    lifecycle.closing = true;
    ending.abort();
    await Promise.all([started.stop(), sender.close(CALLBACKS_END_WITHIN_MS), sleep(LEAVE_AFTER_MS)]);
    await store.alarms.stop();
    await closeServer(app);
    await store.close();
    log.info('bridge stopped');
  };
};

/** What a person at a terminal should read: our own errors speak for themselves, others need a stack. */
const explain = (error: unknown): string => {
  if (error instanceof ConfigError || error instanceof StartError) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `${error.message}. Another program uses this port; stop it or set BRIDGE_PORT.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
};

const fail = (error: unknown): never => {
  console.error(explain(error));
  process.exit(1);
};

const readArguments = (): { readonly restore?: string } => {
  try {
    return parseArgs({ options: { restore: { type: 'string' } } }).values;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(`${reason} The only option is --restore FILE, with - for stdin.`, { cause });
  }
};

const main = (): void => {
  const args = readArguments();
  const env = loadEnvironment(process.cwd());
  const config = parseConfig(bridgeConfigSchema, env);
  const log = createLogger(logOptions('bridge', config));
  if (args.restore !== undefined) {
    restore(config, args.restore, log).then(() => process.exit(0), fail);
    return;
  }
  const unread = namesWithoutEffect(env);
  if (unread.length > 0) log.warn({ names: unread }, 'these names are set and have no effect yet');

  const starting = Promise.withResolvers<() => Promise<void>>();
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    // Whoever asks twice does not want to wait.
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'stopping');
    // A database that answers nothing would keep some step of the end waiting for ever.
    setTimeout(
      () => fail(new StartError('The bridge could not stop in order in time; it ends now.')),
      STOP_LIMIT_MS,
    ).unref();
    starting.promise.then((stop) => stop()).then(() => process.exit(0), fail);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  startBridge(config, log).then(starting.resolve, fail);
};

try {
  main();
} catch (error) {
  fail(error);
}
