import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FakeBridge, type Received, type Reply, startFakeBridge } from './fake-bridge.ts';
import { type LocalServer, startHttp } from './local-server.ts';
import { API_KEY } from './run-cli.ts';
import { type ScriptedLiveKit, startScriptedLiveKit } from './scripted-livekit.ts';

/** The trunk of the healthy set-up, as LiveKit's API gives it. */
export const TRUNK = {
  sip_trunk_id: 'ST_healthy',
  name: 'carrier',
  address: '127.0.0.1:5060',
  transport: 'SIP_TRANSPORT_UDP',
  numbers: ['+61255500199'],
  auth_username: 'trunk-login',
};

/** Secrets of the healthy set-up: none may ever be printed. */
export const SECRETS = {
  LIVEKIT_API_SECRET: 'livekit-secret-5Zk1livekit-secret-5Zk1',
  SIP_TRUNK_PASSWORD: 'trunk-password-8Qw2',
  CARTESIA_API_KEY: 'cartesia-key-3Rt7',
  OPENAI_API_KEY: 'openai-key-9Yu4',
  AGENT_REPORT_SECRET: 'report-secret-1Io6-report-secret-1Io6',
} as const;

/** A whole set-up in which the doctor finds nothing wrong, to break one thing of at a time. */
export type HealthySetup = {
  readonly dir: string;
  readonly env: Record<string, string>;
  readonly livekit: ScriptedLiveKit;
  readonly bridge: FakeBridge;
  /** What the bridge answers to a path, instead of its usual answer. */
  readonly bridgeSays: Map<string, Reply>;
  readonly agent: LocalServer;
  /** What the worker's health port answers. */
  readonly worker: { name: string; connected: boolean };
  close(): Promise<void>;
};

const USUAL: Readonly<Record<string, Reply>> = {
  'GET /healthz': { status: 200, body: { status: 'up' } },
  'GET /readyz': { status: 200, body: { status: 'up' } },
  'GET /calls?limit=20': { status: 200, body: { data: [], next: null } },
  'GET /callbacks?status=dead&limit=20': { status: 200, body: { data: [], next: null } },
  'GET /openapi.json': { status: 200, body: { openapi: '3.1.0', info: { version: '0.1.0' } } },
  'POST /dispatch': { status: 400, body: { message: 'destination is missing' } },
  'POST /callbacks/cb_doctor/replay': { status: 404, body: { message: 'There is no callback cb_doctor' } },
};

export const startHealthySetup = async (): Promise<HealthySetup> => {
  const dir = mkdtempSync(join(tmpdir(), 'outdial-doctor-'));
  mkdirSync(join(dir, 'data'), { mode: 0o700 });
  mkdirSync(join(dir, 'playbooks'));
  writeFileSync(join(dir, 'playbooks/good.md'), '---\ngreeting: Hello.\n---\nHelp.\n');
  const livekit = await startScriptedLiveKit();
  livekit.state.trunks = [TRUNK];
  const bridgeSays = new Map<string, Reply>();
  const bridge = await startFakeBridge(({ method, path }: Received) => {
    const line = `${method} ${path}`;
    return bridgeSays.get(line) ?? USUAL[line] ?? { status: 404, body: { message: line } };
  });
  const worker = { name: 'nehos-outbound-agent', connected: true };
  const agent = await startHttp((request, response) => {
    if (request.url === '/worker')
      return response.end(JSON.stringify({ agent_name: worker.name, active_jobs: 0 }));
    response
      .writeHead(worker.connected ? 200 : 503)
      .end(worker.connected ? 'OK' : 'not connected to livekit');
  });
  const models = await startHttp((_, response) => response.end());
  return {
    dir,
    livekit,
    bridge,
    bridgeSays,
    agent,
    worker,
    env: {
      ...SECRETS,
      LIVEKIT_URL: livekit.url,
      LIVEKIT_API_KEY: livekit.state.apiKey,
      SIP_TRUNK_ID: TRUNK.sip_trunk_id,
      SIP_FROM_NUMBER: '+61255500199',
      SIP_TRUNK_USERNAME: TRUNK.auth_username,
      CARTESIA_BASE_URL: `http://127.0.0.1:${models.port}`,
      OPENAI_BASE_URL: `http://127.0.0.1:${models.port}/v1`,
      BRIDGE_URL: bridge.url,
      BRIDGE_PORT: new URL(bridge.url).port,
      BRIDGE_API_KEYS: `cli:${API_KEY}:dispatch+read+admin`,
      OUTDIAL_API_KEY: API_KEY,
      AGENT_HEALTH_PORT: String(agent.port),
      DATA_DIR: join(dir, 'data'),
      PLAYBOOKS_DIR: join(dir, 'playbooks'),
    },
    close: async () => {
      await Promise.all([livekit.close(), bridge.close(), agent.close(), models.close()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
};
