import {
  type CallbackReceiver,
  type CallRecord,
  type FaultProxy,
  type ProxiedRequest,
  startCallbackReceiver,
  startFaultProxy,
  startPostgres,
  type TestPostgres,
} from '@outdial/lab';
import { afterAll, expect } from 'vitest';
import { expectPromiseKept, type Seen } from '../src/promise.ts';
import { useStack, type WatchedStack } from '../src/stack.ts';

/** A stack with a proxy on each way of the bridge, and somebody who waits to be called back. */
export type FaultyStack = WatchedStack & {
  /** From the bridge to LiveKit. */
  readonly toLiveKit: FaultProxy;
  /** From the agent to the bridge; a client may come this way too. */
  readonly toBridge: FaultProxy;
  readonly receiver: CallbackReceiver;
};

const started = <T>(part: T | undefined): T => {
  if (part === undefined) throw new Error('The stack did not start.');
  return part;
};

/** `useStack` with faults, on the embedded store or on a Postgres of its own. */
export const useFaultyStack = (
  store: 'embedded' | 'postgres',
  env: Readonly<Record<string, string>> = {},
): FaultyStack => {
  let toLiveKit: FaultProxy | undefined;
  let toBridge: FaultProxy | undefined;
  let receiver: CallbackReceiver | undefined;
  let postgres: TestPostgres | undefined;
  // Hooks run in reverse: after the one that stops bridge and agent.
  afterAll(async () => {
    await toLiveKit?.close();
    await toBridge?.close();
    await receiver?.close();
    await postgres?.stop();
  });
  const stack = useStack(
    () => ({ CALLS_PER_SECOND: '50', CALLBACK_ALLOWED_HOSTS: '127.0.0.1', ...env }),
    (lab) => ({
      bridgeEnv: async () => {
        receiver = await startCallbackReceiver();
        toLiveKit = await startFaultProxy({ target: lab.livekit.url });
        postgres = store === 'postgres' ? await startPostgres() : undefined;
        return {
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
  return {
    get lab() {
      return stack.lab;
    },
    get outdial() {
      return stack.outdial;
    },
    get openPorts() {
      return stack.openPorts;
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

/** A place on the way of a request at which the bridge is to die. */
export type Point = (request: ProxiedRequest) => boolean;

const isOf = (id: string | undefined, path: string): boolean => id === undefined || path.includes(`/${id}/`);

/** A client asks for a call. */
export const isDispatchRequest: Point = ({ path }) => path === '/dispatch';
/** The bridge asks LiveKit for a job. */
export const isCreateDispatch: Point = ({ path }) => path.endsWith('/CreateDispatch');
/** A job asks whether it may dial. */
export const isGrant: Point = ({ path }) => path.endsWith('/grant');
/** A job reports; with `id` the job of that call. */
export const isReport =
  (type: string, id?: string): Point =>
  ({ path, body }) =>
    path.endsWith('/reports') &&
    isOf(id, path) &&
    (JSON.parse(body.toString('utf8')) as { type?: string }).type === type;

/**
 * Kills the bridge when every one of `points` was reached and `facts` has come true. `before`: what reached a
 * point is never forwarded. `after`: it is, and its answer is lost. Requests of these points are dropped from then
 * on, until `bringBack`.
 */
export const killBridge = async (
  { outdial }: FaultyStack,
  reach: 'before' | 'after',
  proxy: FaultProxy,
  points: readonly Point[],
  facts: () => Promise<unknown> = async () => {},
): Promise<void> => {
  const reached = points.map(() => Promise.withResolvers<void>());
  const seen = new Set<number>();
  const killed = Promise.all(reached.map(({ promise }) => promise))
    .then(facts)
    .then(() => outdial.kill('bridge'));
  proxy.onRequest(async (request) => {
    const at = points.findIndex((point) => point(request));
    if (at < 0) return 'pass';
    const isFirst = !seen.has(at);
    seen.add(at);
    reached[at]?.resolve();
    if (reach === 'after' && isFirst) return 'forward-then-drop';
    await killed;
    return 'drop';
  });
  await killed;
};

/** The bridge again after its death, with every way open. */
export const bringBack = async (stack: FaultyStack): Promise<void> => {
  stack.toLiveKit.onRequest(null);
  stack.toBridge.onRequest(null);
  await stack.outdial.restart('bridge');
};

/** What is asked for: a call with an account code of its own, whose end is told to a path of that name. */
export const order = (
  stack: FaultyStack,
  name: string,
  destination: string,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> => ({
  destination,
  account_code: name,
  callback_url: stack.receiver.url(`/${name}`),
  ...more,
});

/** Waits until something of a call's record is not `null` any more. */
export const expectNoted = (stack: WatchedStack, id: string, field: keyof CallRecord): Promise<void> =>
  expect.poll(async () => (await stack.outdial.call(id))[field], { timeout: 30_000 }).not.toBeNull();

/** The promise, callbacks included: each one was delivered in the end, once as far as the bridge knows. */
export const expectKept = async (stack: FaultyStack, ids: readonly string[]): Promise<Seen> => {
  const seen = await expectPromiseKept(stack, ids, { callbacks: () => stack.receiver.requests() });
  const delivered = { event: 'call.ended', status: 'delivered' };
  for (const id of ids) {
    await expect
      .poll(async () => (await stack.outdial.call(id)).callbacks, { timeout: 60_000 })
      .toEqual([expect.objectContaining(delivered)]);
  }
  return seen;
};
