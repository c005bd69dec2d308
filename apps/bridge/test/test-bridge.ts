import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, signReport } from '@outdial/runtime';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import type { Kysely } from 'kysely';
import { createBackups } from '../src/adapters/backup/write-backup.ts';
import { createWebhookReader } from '../src/adapters/livekit/webhook.ts';
import { createAlarmClock } from '../src/adapters/postgres/alarm-clock.ts';
import { createCallStore } from '../src/adapters/postgres/call-store.ts';
import { openChangeFeed } from '../src/adapters/postgres/change-feed.ts';
import { openDatabase } from '../src/adapters/postgres/database.ts';
import { createDoNotCallStore } from '../src/adapters/postgres/do-not-call-store.ts';
import { migrate } from '../src/adapters/postgres/migrate.ts';
import type { Database } from '../src/adapters/postgres/schema.ts';
import { createRecordingStore } from '../src/adapters/recordings/recording-store.ts';
import { type AppDeps, buildApp } from '../src/app.ts';
import { parseApiKeys } from '../src/domain/api-keys.ts';
import { dispatchQueuedCalls } from '../src/flow/dispatch-call.ts';
import type { App } from '../src/http/route.ts';
import { createBridgeMetrics } from '../src/metrics/bridge-metrics.ts';
import { watchStore } from '../src/metrics/watch-store.ts';
import type { CallStore } from '../src/ports.ts';
import { noPlaybooks, settings } from './fixtures.ts';
import { recordingLiveKit } from './recording-livekit.ts';
import { emptyTables } from './store.ts';

export const SECRET = 'n8n-secret-0123456789-0123456789-0123456789';
export const OTHER_SECRET = 'crm-secret-0123456789-0123456789-0123456789';
export const READ_SECRET = 'read-secret-0123456789-0123456789-012345678';
export const ADMIN_SECRET = 'admin-secret-0123456789-0123456789-01234567';
export const BOSS_SECRET = 'boss-secret-0123456789-0123456789-012345678';
export const LIVEKIT_KEY = { apiKey: 'lab', apiSecret: 'livekit-secret-0123456789-0123456789' };
export const AGENT_SECRET = 'agent-secret-0123456789-0123456789-01234567';

/** Milliseconds for a test that starts a bridge of its own: an embedded database takes its time on a busy machine. */
export const OWN_BRIDGE_MS = 90_000;

/** The bridge's HTTP side on an embedded database in memory, and everything that it logged. */
export type TestBridge = {
  readonly app: App;
  readonly calls: CallStore;
  readonly database: Kysely<Database>;
  readonly logged: string[];
  readonly lifecycle: { closing: boolean };
  wakes: number;
  /** `POST /dispatch` with the first key. */
  readonly dispatch: (body: unknown, options?: InjectOptions) => Promise<LightMyRequestResponse>;
  readonly get: (url: string, secret?: string) => Promise<LightMyRequestResponse>;
  /** A request signed as the agent does. */
  readonly agent: (url: string, body: unknown, secret?: string) => Promise<LightMyRequestResponse>;
  /** `POST` without a body. */
  readonly post: (url: string, secret?: string) => Promise<LightMyRequestResponse>;
  /** Starts what is queued, as the dispatcher does, at a LiveKit that only writes it down. */
  readonly start: () => Promise<void>;
  /** The bridge begins to stop: nobody is kept waiting. */
  readonly end: () => void;
  readonly clear: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export const startTestBridge = async (change: Partial<AppDeps> = {}): Promise<TestBridge> => {
  const opened = openDatabase({ type: 'memory' });
  const database = opened.db;
  await migrate(database);
  const logged: string[] = [];
  const log = createLogger(
    { name: 'bridge', level: 'debug', logPii: false },
    { write: (line) => logged.push(line) },
  );
  const alarms = await createAlarmClock(opened, log);
  const feed = await openChangeFeed(opened, log);
  const metrics = createBridgeMetrics('0.0.0');
  const calls = watchStore(createCallStore(database, alarms.set), metrics);
  const recordingsDir = await mkdtemp(join(tmpdir(), 'outdial-recordings-'));
  const ending = new AbortController();
  const keys = parseApiKeys(
    `n8n:${SECRET},crm:${OTHER_SECRET},dashboard:${READ_SECRET}:read,ops:${ADMIN_SECRET}:admin,boss:${BOSS_SECRET}:read+admin`,
  );
  if (keys.status !== 'ok') throw new Error(keys.problems.join());
  const lifecycle = { closing: false };
  const bridge: { wakes: number } = { wakes: 0 };
  const app = await buildApp({
    calls,
    doNotCall: createDoNotCallStore(database),
    backups: createBackups(database, recordingsDir),
    recordings: createRecordingStore(recordingsDir, 0),
    settings: settings(),
    limits: { maxConcurrentCalls: 1_000, callsPerSecond: 1e9 },
    playbooks: noPlaybooks,
    wake: () => {
      bridge.wakes += 1;
    },
    feed,
    ending: ending.signal,
    metrics,
    log,
    readLiveKitWebhook: createWebhookReader(LIVEKIT_KEY.apiKey, LIVEKIT_KEY.apiSecret),
    apiKeys: keys.keys,
    agentReportSecret: AGENT_SECRET,
    trustProxy: [],
    allowedAddresses: [],
    lifecycle,
    version: '0.0.0',
    ...change,
  });
  let messages = 0;
  return Object.assign(bridge, {
    app,
    calls,
    database,
    logged,
    lifecycle,
    dispatch: (body: unknown, options: InjectOptions = {}) =>
      app.inject({
        method: 'POST',
        url: '/dispatch',
        payload: body as object,
        ...options,
        headers: { authorization: `Bearer ${SECRET}`, ...options.headers },
      }),
    get: (url: string, secret = SECRET) =>
      app.inject({ method: 'GET', url, headers: { 'x-api-key': secret } }),
    post: (url: string, secret = SECRET) =>
      app.inject({ method: 'POST', url, headers: { authorization: `Bearer ${secret}` } }),
    start: async () => {
      const work: Promise<void>[] = [];
      const limits = { maxConcurrentCalls: 1_000, callsPerSecond: 1e9 };
      const track = (promise: Promise<void>) => work.push(promise);
      const livekit = recordingLiveKit();
      await dispatchQueuedCalls({
        calls,
        livekit,
        settings: settings(),
        limits,
        trunk: 'default',
        log,
        track,
      });
      await Promise.all(work);
    },
    end: () => ending.abort(),
    agent: (url: string, body: unknown, secret = AGENT_SECRET) => {
      messages += 1;
      const payload = JSON.stringify(body);
      const headers = {
        'content-type': 'application/json',
        ...signReport(secret, `${url.split('/')[3]}.${messages}`, payload),
      };
      return app.inject({ method: 'POST', url, payload, headers });
    },
    clear: async () => {
      await emptyTables(database);
      logged.length = 0;
    },
    close: async () => {
      ending.abort();
      await app.close();
      await alarms.stop();
      await feed.close();
      await opened.close();
      await rm(recordingsDir, { recursive: true });
    },
  });
};
