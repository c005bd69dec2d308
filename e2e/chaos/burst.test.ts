import { answerThenHangUp, type CarrierCall } from '@outdial/lab';
import { describe, expect, test } from 'vitest';
import { spareNumber } from '../src/scenario-call.ts';
import { useStack } from '../src/stack.ts';
import { CALLBACKS_ALLOWED, watchCalls } from '../src/watched-calls.ts';

const LIMIT_MS = 240_000;
const CALLS = 12;
const AT_ONCE = 3;

/** The most calls that were up at the same moment. A call that has not ended is up until now. */
const mostAtOnce = (calls: readonly CarrierCall[]): number => {
  const steps = calls.flatMap(({ startedAt, endedAt }) => [
    { at: startedAt, by: 1 },
    { at: endedAt ?? Date.now(), by: -1 },
  ]);
  let up = 0;
  let most = 0;
  for (const { by } of steps.sort((a, b) => a.at - b.at || a.by - b.by)) {
    up += by;
    most = Math.max(most, up);
  }
  return most;
};

describe('more calls than places', () => {
  const stack = useStack(() => ({
    ...CALLBACKS_ALLOWED,
    MAX_CONCURRENT_CALLS: String(AT_ONCE),
    CALLS_PER_SECOND: '50',
  }));
  const calls = watchCalls(stack);

  test(
    'twelve at once are placed once each, and never more than three at a time',
    async () => {
      const number = spareNumber(0);
      const scenario = answerThenHangUp({ ringMs: 200, talkMs: 2_000 });
      const phone = await stack.lab.phones.add(number, { scenario });
      try {
        const codes = Array.from({ length: CALLS }, (_, n) => `burst-${n}`);
        const ids = await Promise.all(codes.map((code) => calls.place(code, { destination: number })));
        for (const id of ids) {
          expect(await stack.outdial.ended(id)).toMatchObject({
            status: 'completed',
            outcome: { end_reason: 'callee_hangup' },
          });
        }
        const dials = await Promise.all(codes.map((code) => calls.dial(code)));
        const placed = dials.filter((dial) => dial !== undefined);
        expect(placed).toHaveLength(CALLS);
        expect(mostAtOnce(placed)).toBeLessThanOrEqual(AT_ONCE);
      } finally {
        await phone.remove();
      }
      await calls.expectPromise(CALLS);
    },
    LIMIT_MS,
  );
});
