import { answerThenHangUp, type CallRecord } from '@outdial/lab';
import { describe, expect, test } from 'vitest';
import { spareNumber } from '../src/scenario-call.ts';
import { useStack } from '../src/stack.ts';
import { CALLBACKS_ALLOWED, watchCalls } from '../src/watched-calls.ts';

const LIMIT_MS = 600_000;
const CALLS = 100;

describe('one call after another', () => {
  const stack = useStack(() => ({
    ...CALLBACKS_ALLOWED,
    MAX_CONCURRENT_CALLS: '3',
    CALLS_PER_SECOND: '50',
  }));
  const calls = watchCalls(stack);

  test(
    'a hundred in a row end as their phones do, and no job, process or room is left of any',
    async () => {
      const talks = spareNumber(1);
      const leaves = spareNumber(2);
      const phones = [
        await stack.lab.phones.add(talks, { scenario: answerThenHangUp({ ringMs: 100, talkMs: 2_000 }) }),
        await stack.lab.phones.add(leaves, { scenario: answerThenHangUp({ ringMs: 0, talkMs: 0 }) }),
      ];
      const kinds = [
        { destination: talks, ends: 'callee_hangup' },
        { destination: leaves, ends: 'callee_hangup' },
        { destination: '0491570157', ends: 'busy' },
        { destination: '0491570159', ends: 'declined' },
      ];
      const kindOf = (n: number) => kinds[n % kinds.length] ?? { destination: talks, ends: 'callee_hangup' };
      try {
        const ids: string[] = [];
        for (let n = 0; n < CALLS; n += 1) {
          ids.push(await calls.place(`row-${n}`, { destination: kindOf(n).destination }));
        }
        const records: CallRecord[] = [];
        for (const id of ids) records.push(await stack.outdial.ended(id));
        const wrong = records
          .map((record, n) => ({ n, is: record.outcome?.end_reason, ends: kindOf(n).ends }))
          .filter(({ is, ends }) => is !== ends);
        expect(wrong).toEqual([]);
      } finally {
        for (const phone of phones) await phone.remove();
      }
      await calls.expectPromise(CALLS);
    },
    LIMIT_MS,
  );
});
