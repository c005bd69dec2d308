import {
  type CallbackReceiver,
  type CallRecord,
  type CarrierCall,
  startCallbackReceiver,
} from '@outdial/lab';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { expectPromiseKept } from './promise.ts';
import type { WatchedStack } from './stack.ts';

const LIMIT_MS = 45_000;
const LOOK_EVERY_MS = 150;
const BEFORE_START = ['queued', 'dispatched'];

/** The settings under which the calls of a file may name the receiver of their callbacks. */
export const CALLBACKS_ALLOWED = { CALLBACK_ALLOWED_HOSTS: '127.0.0.1' };

/**
 * Waits (45 s unless told otherwise) until `look` gives something that is there, and gives that. Not expect.poll: it
 * has no test to belong to when tests run side by side.
 */
export const until = async <T>(
  what: string,
  look: () => T | Promise<T>,
  limitMs = LIMIT_MS,
): Promise<NonNullable<T>> =>
  vi.waitFor(
    async () => {
      const found = await look();
      if (found === null || found === undefined || found === false) throw new Error(`not seen: ${what}`);
      return found;
    },
    { timeout: limitMs, interval: LOOK_EVERY_MS },
  );

/** The calls of a test file, each with an account code and a callback of its own, until their promise is checked. */
export type WatchedCalls = {
  /** Dispatches a call and gives its id. */
  place(accountCode: string, fields: Readonly<Record<string, unknown>>): Promise<string>;
  /**
   * The same, when the call placed so before it has a job or is over: jobs that start at the same moment starve each
   * other on a small machine.
   */
  placeInTurn(accountCode: string, fields: Readonly<Record<string, unknown>>): Promise<string>;
  /** Waits until a time of the record is there: `dialing_at`, `ringing_at`, `answered_at`. */
  reached(id: string, time: string): Promise<CallRecord>;
  cancel(id: string): Promise<number>;
  /** The call's dial at the carrier, `undefined` while there is none. */
  dial(accountCode: string): Promise<CarrierCall | undefined>;
  /** Waits until the call's dial is over at the carrier. */
  dialOver(accountCode: string): Promise<CarrierCall>;
  /** Waits for the process that holds the call, and gives its id. */
  job(id: string): Promise<number>;
  /** Checks the promise of every call placed since the last check; there must be `count` of them. */
  expectPromise(count: number): Promise<void>;
};

/** Registers the receiver of the callbacks with the test file. */
export const watchCalls = (stack: WatchedStack): WatchedCalls => {
  let receiver: CallbackReceiver | undefined;
  let placed: string[] = [];
  let turn: Promise<unknown> = Promise.resolve();
  beforeAll(async () => {
    receiver = await startCallbackReceiver();
  });
  afterAll(() => receiver?.close());

  const place: WatchedCalls['place'] = async (accountCode, fields) => {
    const { id } = await stack.outdial.dispatch({
      account_code: accountCode,
      callback_url: receiver?.url(`/${accountCode}`),
      ...fields,
    });
    placed.push(id);
    return id;
  };
  const hasStarted = (id: string): Promise<boolean> =>
    until(`a start of ${id}`, async () => !BEFORE_START.includes((await stack.outdial.call(id)).status));
  const dial: WatchedCalls['dial'] = async (accountCode) =>
    (await stack.lab.carrier.records()).find(
      (call) => call.referredBy === null && call.headers['X-Account-Code']?.[0] === accountCode,
    );

  return {
    place,
    placeInTurn: (accountCode, fields) => {
      const id = turn.then(() => place(accountCode, fields));
      // A call that does not start is its own test's business.
      turn = id.then(hasStarted).catch(() => undefined);
      return id;
    },
    reached: (id, time) =>
      until(`${time} of ${id}`, async () => {
        const record = await stack.outdial.call(id);
        return record[time] === null ? null : record;
      }),
    cancel: async (id) => (await stack.outdial.request(`/calls/${id}/cancel`, { method: 'POST' })).status,
    dial,
    dialOver: (accountCode) =>
      until(`the end of ${accountCode} at the carrier`, async () => {
        const seen = await dial(accountCode);
        return seen?.endedAt === null ? null : seen;
      }),
    job: (id) =>
      until(`a job of ${id}`, () => stack.outdial.jobs().find(({ room }) => room.includes(id))?.pid),
    expectPromise: async (count) => {
      const ids = placed;
      placed = [];
      expect(ids).toHaveLength(count);
      await expectPromiseKept(stack, ids, { callbacks: () => receiver?.requests() ?? [] });
    },
  };
};
