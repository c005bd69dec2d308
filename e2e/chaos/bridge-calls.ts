import { type CallRecord, type CarrierCall, LAB_NUMBERS } from '@outdial/lab';
import { expect } from 'vitest';
import { expectPromiseKept, type Seen } from '../src/promise.ts';
import type { WatchedStack } from '../src/stack.ts';
import type { FaultyStack } from './faulty-stack.ts';

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

/** Places such a call and gives its id. */
export const place = async (
  stack: FaultyStack,
  name: string,
  destination: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<string> => (await stack.outdial.dispatch(order(stack, name, destination, more))).id;

/** `place`, and waits until the callee has answered. */
export const placeAnswered = async (
  stack: FaultyStack,
  name: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<string> => {
  const id = await place(stack, name, LAB_NUMBERS.answers, more);
  await expectNoted(stack, id, 'answered_at');
  return id;
};

/** The calls with this account code, as the bridge lists them. */
export const listed = async (stack: WatchedStack, accountCode: string): Promise<unknown> =>
  (await stack.outdial.request(`/calls?account_code=${accountCode}`)).body;

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
