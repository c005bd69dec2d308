import {
  type CallbackReceiver,
  type CallRecord,
  type CarrierCall,
  type FaultProxy,
  openPorts,
  type ProxiedRequest,
  refuse,
  SPARE_NUMBERS,
  startCallbackReceiver,
  startFaultProxy,
  startPostgres,
  type TestPostgres,
} from '@outdial/lab';
import { afterAll, beforeAll, expect } from 'vitest';
import { expectPromiseKept, type Seen } from '../src/promise.ts';
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

/** Waits until the agent has logged `words` of a call, `times` times or more. */
export const expectAgentSaid = (stack: WatchedStack, id: string, words: string, times = 1): Promise<void> =>
  expect
    .poll(
      () =>
        stack.outdial
          .log('agent')
          .split('\n')
          .filter((line) => line.includes(id) && line.includes(words)).length,
      { timeout: 90_000, message: `"${words}" in the agent's log` },
    )
    .toBeGreaterThanOrEqual(times);

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

/** The legs of the calls with these account codes at the carrier. */
export const legsOf = async (stack: WatchedStack, ...names: readonly string[]): Promise<CarrierCall[]> =>
  (await stack.lab.carrier.records()).filter((leg) =>
    names.includes(leg.headers['X-Account-Code']?.[0] ?? ''),
  );

/** Waits until these calls have ended at the carrier, by our own BYE or CANCEL. */
export const expectEndedByUs = (
  stack: WatchedStack,
  names: readonly string[],
  endedWith: readonly string[],
): Promise<void> =>
  expect
    .poll(async () => (await legsOf(stack, ...names)).map((leg) => [leg.endedWith, leg.endedBy]).sort(), {
      timeout: 60_000,
    })
    .toEqual(endedWith.map((how) => [how, 'caller']));
