import { setImmediate as written } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { only } from '../src/stack.ts';
import { expectAgentSaid, expectKept, expectNoted, listed, order, place } from './bridge-calls.ts';
import { isCreateDispatch, isDispatchRequest, isGrant, isReport, killBridge } from './bridge-failpoints.ts';
import { bringBack, useFaultyStack } from './faulty-stack.ts';

const ANSWERS = '0491570156';
const RINGS = '0491570158';
const LIMIT_MS = 120_000;

describe.each(['embedded', 'postgres'] as const)('the bridge is killed, its store is %s', (store) => {
  const stack = useFaultyStack(store);
  // A real server keeps what it committed as the embedded one does; there, what is half done at a death is looked at.
  const isEmbedded = store === 'embedded';

  test(
    'after it accepted: with its answer seen or lost, the call is made, once',
    async () => {
      const { outdial, toBridge } = stack;
      // Due after the death, so that no dispatch can have been written before.
      const more = { schedule_at: new Date(Date.now() + 3_000).toISOString() };
      const seen = await place(stack, 'seen', stack.busy, more);
      const request = {
        method: 'POST',
        headers: {
          authorization: `Bearer ${outdial.apiKey}`,
          'content-type': 'application/json',
          'idempotency-key': 'lost-answer',
        },
        body: JSON.stringify(order(stack, 'lost', stack.busy, more)),
      };
      const lost = fetch(`${toBridge.url}/dispatch`, request).catch(() => 'no answer');
      await killBridge(stack, 'after', toBridge, [isDispatchRequest], () =>
        expect.poll(() => listed(stack, 'lost')).toMatchObject({ data: [{ status: 'queued' }] }),
      );
      const killedAt = Date.now();
      expect(await lost).toBe('no answer');
      await bringBack(stack);

      const again = await outdial.request('/dispatch', request);
      expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([202, 'true']);
      const { id } = again.body as { id: string };
      const { records, dialed } = await expectKept(stack, [seen, id]);
      expect(dialed).toHaveLength(2);
      for (const record of records) {
        expect(record.status).toBe('busy');
        expect(Date.parse(String(record.dispatched_at))).toBeGreaterThan(killedAt);
      }
      expect(await listed(stack, 'lost')).toMatchObject({ data: [{ id }] });
    },
    LIMIT_MS,
  );

  if (isEmbedded)
    test(
      'before LiveKit hears of the dispatch: it is dispatched again',
      async () => {
        const id = place(stack, 'undispatched', stack.busy);
        await killBridge(stack, 'before', stack.toLiveKit, [isCreateDispatch]);
        await bringBack(stack);
        const { records, dialed } = await expectKept(stack, [await id]);
        expect(only(records)).toMatchObject({ status: 'busy', room: expect.stringMatching(/-2$/) });
        expect(dialed).toHaveLength(1);
      },
      LIMIT_MS,
    );

  test(
    'before it hears that LiveKit took the dispatch: one of its jobs dials',
    async () => {
      const id = place(stack, 'unheard', stack.busy);
      const killed = killBridge(stack, 'before', stack.toBridge, [isGrant]);
      stack.toLiveKit.onRequest((request) =>
        isCreateDispatch(request) ? { kind: 'hold-answer', until: killed } : 'pass',
      );
      await killed;
      await bringBack(stack);
      const { records, dialed } = await expectKept(stack, [await id]);
      expect(only(records).status).toBe('busy');
      expect(dialed).toHaveLength(1);
    },
    LIMIT_MS,
  );

  if (isEmbedded)
    test(
      'before the grant is written: nothing was dialled, and then it is',
      async () => {
        const id = await place(stack, 'ungranted', stack.busy);
        await killBridge(stack, 'before', stack.toBridge, [isGrant], () =>
          expectNoted(stack, id, 'dispatch_id'),
        );
        await bringBack(stack);
        const { records, dialed } = await expectKept(stack, [id]);
        expect(only(records).status).toBe('busy');
        expect(dialed).toHaveLength(1);
      },
      LIMIT_MS,
    );

  test(
    'after the grant is written and before the job hears of it: it dials in time or never',
    async () => {
      const id = await place(stack, 'granted', stack.busy);
      await killBridge(stack, 'after', stack.toBridge, [isGrant], () => expectNoted(stack, id, 'dialing_at'));
      await bringBack(stack);
      const { records, dialed } = await expectKept(stack, [id]);
      const reasons = dialed.length === 1 ? ['busy'] : ['not_dialed', 'outcome_unknown'];
      expect(reasons).toContain(only(records).outcome?.end_reason);
    },
    LIMIT_MS,
  );

  if (isEmbedded)
    test.each(['before', 'after'] as const)(
      '%s ringing and an answer are written: both calls go on to their own ends',
      async (reach) => {
        const ringing = await place(stack, `ringing-${reach}`, RINGS, { ring_timeout_seconds: 8 });
        const talking = await place(stack, `answered-${reach}`, ANSWERS, { max_call_seconds: 60 });
        const points = [isReport('ringing', ringing), isReport('answered', talking)];
        const both = () =>
          Promise.all([
            expectNoted(stack, ringing, 'ringing_at'),
            expectNoted(stack, talking, 'answered_at'),
          ]);
        await killBridge(stack, reach, stack.toBridge, points, reach === 'after' ? both : undefined);
        await bringBack(stack);
        await stack.lab.phones.hangUp(ANSWERS);
        const { records, dialed } = await expectKept(stack, [ringing, talking]);
        expect(records).toMatchObject([
          { status: 'no_answer', answered_at: null, outcome: { rang: true } },
          {
            status: 'completed',
            answered_at: expect.any(String),
            outcome: { end_reason: 'callee_hangup', hung_up_by: 'callee', talk_ms: expect.any(Number) },
          },
        ]);
        expect(dialed.map(({ endedWith, endedBy }) => [endedWith, endedBy]).sort()).toEqual([
          ['BYE', 'callee'],
          ['CANCEL', 'caller'],
        ]);
      },
      LIMIT_MS,
    );

  if (isEmbedded)
    test(
      'before the final report is written: the report waits in the spool',
      async () => {
        const id = await place(stack, 'unreported', stack.busy);
        await killBridge(stack, 'before', stack.toBridge, [isReport('ended')]);
        await expectAgentSaid(stack, id, 'waits in the spool');
        await bringBack(stack);
        const { records, dialed } = await expectKept(stack, [id]);
        expect(only(records)).toMatchObject({ status: 'busy', outcome: { sip: { status: 486 } } });
        expect(dialed).toHaveLength(1);
      },
      LIMIT_MS,
    );

  test(
    'after the final report is written and before the job hears of it: the repeat changes nothing',
    async () => {
      const id = await place(stack, 'reported', stack.busy);
      await killBridge(stack, 'after', stack.toBridge, [isReport('ended')], () =>
        expectNoted(stack, id, 'outcome'),
      );
      await bringBack(stack);
      const { records, dialed } = await expectKept(stack, [id]);
      expect(only(records)).toMatchObject({ status: 'busy', outcome: { sip: { status: 486 } } });
      expect(dialed).toHaveLength(1);
    },
    LIMIT_MS,
  );

  test(
    'before a callback is answered, and after it is but before that is noted: both come again as they were',
    async () => {
      const { outdial, receiver } = stack;
      const [asked, answered, killed] = [
        Promise.withResolvers<void>(),
        Promise.withResolvers<void>(),
        Promise.withResolvers<void>(),
      ];
      receiver.answer('/called', async (_, n) => {
        if (n > 1) return { status: 200 };
        asked.resolve();
        await killed.promise;
        return 'reset';
      });
      receiver.answer('/called-back', async (_, n) => {
        if (n > 1) return { status: 200 };
        await asked.promise;
        // From here on it can write nothing down.
        outdial.pause('bridge');
        answered.resolve();
        return { status: 200 };
      });
      const ids = await Promise.all([
        place(stack, 'called', stack.busy),
        place(stack, 'called-back', stack.busy),
      ]);
      await answered.promise;
      await written();
      await outdial.kill('bridge');
      killed.resolve();
      await bringBack(stack);
      const { dialed } = await expectKept(stack, ids);
      expect(dialed).toHaveLength(2);
      for (const path of ['/called', '/called-back']) {
        const [first, second, ...more] = receiver.requests(path);
        expect(second?.text).toBe(first?.text);
        expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
        expect(more).toEqual([]);
      }
    },
    LIMIT_MS,
  );
});
