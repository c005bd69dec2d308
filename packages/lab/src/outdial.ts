import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createOutdialApi, type OutdialApi } from './outdial-api.ts';
import { firstSecret, outdialEnv } from './outdial-env.ts';
import { type Job, jobsAmong } from './outdial-jobs.ts';
import type { Ending, Reach } from './part.ts';
import { claimPortBlock, isPortFree } from './ports.ts';
import { createPartRunner, type Part } from './process.ts';

export type { CallRecord } from './outdial-api.ts';

const REPOSITORY = resolve(import.meta.dirname, '../../..');
const GRACE_MS = 5_000;

/** Names for one app alone; a function is told where the bridge will listen, and can put a proxy in front of it. */
export type AppEnv =
  | Readonly<Record<string, string>>
  | ((bridgeUrl: string) => Promise<Readonly<Record<string, string>>>);

/** Bridge and agent running against a lab (or any environment). */
export type OutdialOptions = {
  /** Takes logs and data. */
  readonly dir: string;
  /**
   * The environment of both apps; names of ours that are set elsewhere do not reach them. Two that belong together
   * share `AGENT_REPORT_SECRET`, `BRIDGE_API_KEYS` and, with two bridges, `DATABASE_URL`.
   */
  readonly env: Readonly<Record<string, string>>;
  readonly bridgeEnv?: AppEnv;
  readonly agentEnv?: AppEnv;
  /** Hears of an app that ended by itself. */
  readonly onDeath?: (message: string) => void;
  /** The bridge's port if nobody has it; any free one else. */
  readonly preferredPort?: number;
  /** `false` starts the agent alone: for dispatches made without the bridge, or with `BRIDGE_URL` for another's. */
  readonly withBridge?: boolean;
  /** `false` starts the bridge alone. */
  readonly withAgent?: boolean;
};

export type AppName = 'bridge' | 'agent';

/** What may be done to the two apps, and what the API says. Rejects for an app that was not started. */
export type Outdial = OutdialApi & {
  readonly bridgeUrl: string;
  readonly apiKey: string;
  /** What both apps got. */
  readonly env: Readonly<Record<string, string>>;
  readonly bridge: Part | null;
  /** Throws when there is none. */
  readonly agent: Part;
  /** What an app has logged so far, over all its starts. */
  log(app: AppName): string;
  /** Starts an app again after any kind of end, or stops it first; `env` adds to its environment this once. */
  restart(app: AppName, env?: Readonly<Record<string, string>>): Promise<void>;
  /** A signal (default SIGKILL) to the app and its job processes, or to its parent process alone, and its end. */
  kill(app: AppName, signal?: NodeJS.Signals, reach?: Reach): Promise<Ending>;
  /** SIGTERM to the app's parent process, as a container gets it; waits for its own end, however long it takes. */
  stopApp(app: AppName): Promise<Ending>;
  /** SIGSTOP to the app and its job processes, or to its parent process alone. */
  pause(app: AppName, reach?: Reach): void;
  resume(app: AppName, reach?: Reach): void;
  /** The agent's live job processes, those without a parent too, that hold a call or held one. */
  jobs(): Job[];
  /** The agent's job processes that wait for their first call. */
  warmPids(): number[];
  stop(): Promise<void>;
};

/** Starts the bridge and one agent, and waits until both take calls. */
export const startOutdial = async (options: OutdialOptions): Promise<Outdial> => {
  const { dir } = options;
  await mkdir(dir, { recursive: true });
  const ports = await claimPortBlock();
  const wanted = options.preferredPort;
  const port = wanted !== undefined && (await isPortFree(wanted)) ? wanted : await ports.take();
  const dataDir = options.env.DATA_DIR ?? join(dir, 'data');
  const env = outdialEnv({ port, healthPort: await ports.take(), dataDir, given: options.env });
  const bridgeUrl = options.withBridge === false ? env.BRIDGE_URL : `http://127.0.0.1:${port}`;
  const apiKey = firstSecret(env.BRIDGE_API_KEYS);
  const runner = createPartRunner(dir, options.onDeath ?? (() => {}));
  const stop = async () => {
    await runner.stopAll();
    await ports.release();
  };

  const start = async (name: AppName, flags: string[], readyLine: string, own: AppEnv = {}): Promise<Part> =>
    runner.start({
      name,
      command: process.execPath,
      args: [...flags, join(REPOSITORY, `apps/${name}/src/main.ts`)],
      env: { ...env, ...(typeof own === 'function' ? await own(bridgeUrl) : own) },
      graceMs: GRACE_MS,
      ready: async (log) => log().includes(readyLine),
    });
  const startBridge = () => start('bridge', [], 'bridge ready', options.bridgeEnv);
  const startAgent = () =>
    start('agent', ['--max-semi-space-size=2'], 'agent ready for calls', options.agentEnv);

  try {
    const [bridge, agent] = await Promise.all([
      options.withBridge === false ? null : startBridge(),
      options.withAgent === false ? null : startAgent(),
    ]);
    const appOf = (name: AppName): Part => {
      const part = name === 'bridge' ? bridge : agent;
      if (part === null) throw new Error(`This Outdial was started without its ${name}.`);
      return part;
    };
    const log = (app: AppName): string => readFileSync(join(dir, `${app}.log`), 'utf8');
    const children = (): number[] =>
      appOf('agent')
        .pids()
        .filter((pid) => pid !== appOf('agent').pid);
    const jobs = (): Job[] => jobsAmong(children(), dataDir, log('agent'));
    return {
      ...createOutdialApi(bridgeUrl, apiKey),
      bridgeUrl,
      apiKey,
      env,
      bridge,
      get agent() {
        return appOf('agent');
      },
      log,
      restart: async (app, more) => appOf(app).restart(more),
      kill: async (app, signal, reach) => appOf(app).kill(signal, reach),
      stopApp: async (app) => appOf(app).kill('SIGTERM', { wholeGroup: false }),
      pause: (app, reach) => appOf(app).pause(reach),
      resume: (app, reach) => appOf(app).resume(reach),
      jobs,
      warmPids: () => {
        const busy = new Set(jobs().map(({ pid }) => pid));
        return children().filter((pid) => !busy.has(pid));
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
