import type { CallbackRequest, CallRecord, CarrierCall } from '@outdial/lab';
import { expect } from 'vitest';
import { expectQuiet, type WatchedStack } from './stack.ts';

/** What was seen of some calls by everybody who could see it. */
export type Seen = {
  readonly records: readonly CallRecord[];
  /** The dials of these calls at the carrier, without the legs of transfers. */
  readonly dialed: readonly CarrierCall[];
};

/** The account code that ties a dial at the carrier to its request; every call of these tests has its own. */
const accountCodeOf = (call: CarrierCall): string | undefined =>
  Object.entries(call.headers).find(([name]) => name.toLowerCase() === 'x-account-code')?.[1][0];

const endedEvents = async (stack: WatchedStack, id: string): Promise<number> => {
  const stream = await stack.outdial.request(`/calls/${id}/events`);
  return String(stream.body).split('\nevent: call.ended\n').length - 1;
};

const totals = { calls: 0, dials: 0 };

/** Calls whose promise was checked in this process so far, and their dials. */
export const promiseTotals = (): Readonly<typeof totals> => totals;

/**
 * The promise, for these calls: each ended, once, with an outcome; each was dialled at most once, as the
 * carrier counted; `callbacks`, what a receiver got for them, hold exactly one `call.ended` for each call,
 * and every repeat has its `webhook-id`; and nothing is left of them, no room, no process, no port. Every
 * call must have an account code of its own.
 */
export const expectPromiseKept = async (
  stack: WatchedStack,
  ids: readonly string[],
  options: { readonly callbacks?: () => readonly CallbackRequest[]; readonly quietMs?: number } = {},
): Promise<Seen> => {
  const records = await Promise.all(ids.map((id) => stack.outdial.ended(id)));
  const codes = records.map((record) => String(record.account_code));
  expect(new Set(codes).size, 'each call of a test needs its own account code').toBe(codes.length);

  const dialed = (await stack.lab.carrier.records()).filter(
    (call) => call.referredBy === null && codes.includes(accountCodeOf(call) ?? ''),
  );
  const dials = codes.map((code) => dialed.filter((call) => accountCodeOf(call) === code).length);
  expect(
    dials.filter((count) => count > 1),
    'calls that were dialled more than once',
  ).toEqual([]);
  for (const id of ids) expect(await endedEvents(stack, id), `ends of ${id}`).toBe(1);

  const { callbacks } = options;
  if (callbacks !== undefined) {
    const endsOf = (id: string) =>
      callbacks().filter(({ json }) => {
        const body = json as { type?: string; data?: { id?: string } } | null;
        return body?.type === 'call.ended' && body.data?.id === id;
      });
    for (const id of ids) {
      await expect
        .poll(() => endsOf(id).length, { timeout: 30_000, message: `callbacks of ${id}` })
        .toBeGreaterThan(0);
      const webhookIds = new Set(endsOf(id).map(({ headers }) => headers['webhook-id']));
      expect([...webhookIds], `webhook-ids of ${id}`).toEqual([`evt_${id}_call.ended`]);
    }
  }
  await expectQuiet(stack, options.quietMs);
  totals.calls += ids.length;
  totals.dials += dialed.length;
  console.info(`promise kept: ${ids.length} calls, ${dialed.length} dials, 0 double dials, 0 lost outcomes`);
  return { records, dialed };
};
