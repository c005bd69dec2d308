import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { claimPortBlock, isPortFree } from './ports.ts';
import { createPartRunner, type Part } from './process.ts';

const REPOSITORY = resolve(import.meta.dirname, '../../..');
const POLL_MS = 250;

/** Bridge and agent running against a lab (or any environment). */
export type OutdialOptions = {
  /** Takes logs and data. */
  readonly dir: string;
  /** The environment of both apps; names of ours that are set elsewhere do not reach them. */
  readonly env: Readonly<Record<string, string>>;
  /** Hears of an app that ended by itself. */
  readonly onDeath?: (message: string) => void;
  /** The bridge's port if nobody has it; any free one else. */
  readonly preferredPort?: number;
  /** `false` starts the agent alone, for dispatches made without the bridge. */
  readonly withBridge?: boolean;
};

/** A call record as the API gives it, as far as the lab reads it. */
export type CallRecord = {
  readonly id: string;
  readonly status: string;
  readonly outcome: { readonly end_reason: string; readonly message: string } | null;
  readonly [name: string]: unknown;
};

export type Outdial = {
  readonly bridgeUrl: string;
  readonly apiKey: string;
  readonly env: Readonly<Record<string, string>>;
  readonly bridge: Part | null;
  readonly agent: Part;
  /** What an app has logged so far. */
  log(app: 'bridge' | 'agent'): string;
  /** `POST /dispatch`; rejects with the answer when it is not 202. */
  dispatch(body: Readonly<Record<string, unknown>>): Promise<CallRecord>;
  call(id: string): Promise<CallRecord>;
  /** Waits until the call has its outcome, telling each record on the way that differs from the last. */
  ended(id: string, onChange?: (call: CallRecord) => void): Promise<CallRecord>;
  stop(): Promise<void>;
};

const OURS =
  /^(LIVEKIT|SIP|CARTESIA|OPENAI|BRIDGE|AGENT|OUTDIAL|CALLBACK|CALLER|CALLING|DATABASE|TRANSFER|STT|TTS|LLM|MAX|CALLS|RING|RECORD|RETENTION|DESTINATION|ALLOWED|ALLOW|DEFAULT|LOG)_[A-Z_]+$|^(VAD|ACCOUNT_CODE_HEADER|COST_PER_MINUTE)$/;

/** An empty value counts as unset: what the caller's shell holds of our names does not reach the apps. */
const blanked = (): Record<string, string> =>
  Object.fromEntries(Object.keys(process.env).flatMap((name) => (OURS.test(name) ? [[name, '']] : [])));

/** Starts the bridge and one agent, and waits until both take calls. */
export const startOutdial = async (options: OutdialOptions): Promise<Outdial> => {
  const { dir } = options;
  await mkdir(dir, { recursive: true });
  const ports = await claimPortBlock();
  const wanted = options.preferredPort;
  const port = wanted !== undefined && (await isPortFree(wanted)) ? wanted : await ports.take();
  const bridgeUrl = `http://127.0.0.1:${port}`;
  const apiKey = randomBytes(24).toString('base64url').replace(/^-/, 'k');
  const env: Record<string, string> = {
    ...blanked(),
    BRIDGE_PORT: String(port),
    BRIDGE_URL: bridgeUrl,
    BRIDGE_API_KEYS: `lab:${apiKey}:dispatch+read+admin`,
    AGENT_REPORT_SECRET: randomBytes(32).toString('hex'),
    DATA_DIR: join(dir, 'data'),
    LOG_LEVEL: 'DEBUG',
    ...options.env,
  };
  const parts = createPartRunner(dir, options.onDeath ?? (() => {}));
  const logOf = (app: string): string => readFileSync(join(dir, `${app}.log`), 'utf8');
  const stop = async () => {
    await parts.stopAll();
    await ports.release();
  };
  const app = (name: string, args: string[], ready: () => Promise<boolean>, graceMs: number): Promise<Part> =>
    parts.start({
      name,
      command: process.execPath,
      args: [...args, join(REPOSITORY, `apps/${name}/src/main.ts`)],
      env,
      graceMs,
      ready,
    });

  try {
    const [bridge, agent] = await Promise.all([
      options.withBridge === false
        ? null
        : app('bridge', [], async () => logOf('bridge').includes('bridge ready'), 5_000),
      app(
        'agent',
        ['--max-semi-space-size=2'],
        async () => logOf('agent').includes('agent ready for calls'),
        5_000,
      ),
    ]);
    const request = async (path: string, init?: RequestInit): Promise<CallRecord> => {
      const response = await fetch(`${bridgeUrl}${path}`, {
        ...init,
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      });
      const body = await response.text();
      if (!response.ok)
        throw new Error(`${init?.method ?? 'GET'} ${path} answered ${response.status}: ${body}`);
      return JSON.parse(body) as CallRecord;
    };
    const call = (id: string) => request(`/calls/${id}`);
    return {
      bridgeUrl,
      apiKey,
      env,
      bridge,
      agent,
      log: logOf,
      dispatch: (body) => request('/dispatch', { method: 'POST', body: JSON.stringify(body) }),
      call,
      ended: async (id, onChange) => {
        let last = '';
        for (;;) {
          const record = await call(id);
          if (JSON.stringify(record) !== last) onChange?.(record);
          last = JSON.stringify(record);
          if (record.outcome !== null) return record;
          await delay(POLL_MS);
        }
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
