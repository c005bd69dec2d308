import {
  type CallbackReceiver,
  type FaultProxy,
  openPorts,
  refuse,
  SPARE_NUMBERS,
  startCallbackReceiver,
  startFaultProxy,
  startPostgres,
  type TestPostgres,
} from '@outdial/lab';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { useStack, type WatchedStack } from '../src/stack.ts';

/** A stack with a proxy on each way of the bridge, and somebody who waits to be called back. */
export type FaultyStack = WatchedStack & {
  /** From the bridge to LiveKit. */
  readonly toLiveKit: FaultProxy;
  /** From the agent to the bridge; a client may come this way too. */
  readonly toBridge: FaultProxy;
  readonly receiver: CallbackReceiver;
  /** Rings and is busy. livekit-sip 1.8.0 loses a refusal that comes at once when the machine has no time for it. */
  readonly busy: string;
};

const BUSY_AFTER_MS = 300;

const started = <T>(part: T | undefined): T => {
  if (part === undefined) throw new Error('The stack did not start.');
  return part;
};

/** `useStack` with faults, on the embedded store or on a Postgres of its own. `bridge` is for the bridge alone. */
export const useFaultyStack = (
  store: 'embedded' | 'postgres',
  bridge: Readonly<Record<string, string>> = {},
): FaultyStack => {
  let toLiveKit: FaultProxy | undefined;
  let toBridge: FaultProxy | undefined;
  let receiver: CallbackReceiver | undefined;
  let postgres: TestPostgres | undefined;
  let openWithPhone: readonly string[] = [];
  // Hooks run in reverse: after the one that stops bridge and agent.
  afterAll(async () => {
    await toLiveKit?.close();
    await toBridge?.close();
    await receiver?.close();
    await postgres?.stop();
  });
  const stack = useStack(
    () => ({ CALLS_PER_SECOND: '50', CALLBACK_ALLOWED_HOSTS: '127.0.0.1' }),
    (lab) => ({
      bridgeEnv: async () => {
        receiver = await startCallbackReceiver();
        toLiveKit = await startFaultProxy({ target: lab.livekit.url });
        postgres = store === 'postgres' ? await startPostgres() : undefined;
        return {
          ...bridge,
          LIVEKIT_URL: toLiveKit.url,
          ...(postgres === undefined ? {} : { DATABASE_URL: await postgres.newDatabase() }),
        };
      },
      agentEnv: async (bridgeUrl) => {
        toBridge = await startFaultProxy({ target: bridgeUrl });
        return { BRIDGE_URL: toBridge.url };
      },
    }),
  );
  const [busy] = SPARE_NUMBERS;
  beforeAll(async () => {
    const scenario = refuse(486, 'Busy Here', { ringMs: BUSY_AFTER_MS });
    await stack.lab.phones.add(busy, { scenario });
    openWithPhone = openPorts(stack.lab.dir);
  });
  // One that a test left dead would fail the next, too.
  beforeEach(async () => {
    const answers = await stack.outdial.request('/healthz').catch(() => null);
    if (answers === null) await stack.outdial.restart('bridge');
  });
  return {
    busy,
    get lab() {
      return stack.lab;
    },
    get outdial() {
      return stack.outdial;
    },
    get openPorts() {
      return openWithPhone;
    },
    get toLiveKit() {
      return started(toLiveKit);
    },
    get toBridge() {
      return started(toBridge);
    },
    get receiver() {
      return started(receiver);
    },
  };
};

/** The bridge again after its death, with every way open. */
export const bringBack = async (stack: FaultyStack): Promise<void> => {
  stack.toLiveKit.onRequest(null);
  stack.toBridge.onRequest(null);
  await stack.outdial.restart('bridge');
};
