import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, test } from 'vitest';
import { expectNoJobs, expectNoRooms, only, placeCall, useStack } from '../src/stack.ts';

const ANSWERS = '0491570156';
const RINGS = '0491570158';
const LIMIT_MS = 90_000;

/** Job processes of an agent: the children of its worker that hold a call. */
const jobsOf = (workerPid: number): number[] =>
  execFileSync('pgrep', ['-P', String(workerPid)], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(Number);

describe('when something goes wrong in a call', () => {
  const stack = useStack(() => ({ CALLS_PER_SECOND: '50' }));
  const answered = (id: string) =>
    expect.poll(async () => (await stack.outdial.call(id)).answered_at, { timeout: 30_000 }).not.toBeNull();
  const cancel = (id: string) =>
    fetch(`${stack.outdial.bridgeUrl}/calls/${id}/cancel`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stack.outdial.apiKey}` },
    });

  afterEach(async () => {
    stack.lab.speech.llm.setFault(null);
    await expectNoRooms(stack);
    await expectNoJobs(stack);
  }, 60_000);

  test(
    'a cancel while it rings sends CANCEL and ends the call',
    async () => {
      const { record, dialed } = await placeCall(stack, { destination: RINGS }, async (id) => {
        await expect
          .poll(async () => (await stack.outdial.call(id)).ringing_at, { timeout: 20_000 })
          .not.toBeNull();
        expect((await cancel(id)).status).toBe(202);
      });
      expect(record).toMatchObject({
        status: 'canceled',
        outcome: { end_reason: 'canceled_by_api', hung_up_by: 'api' },
      });
      expect(only(dialed).endedWith).toBe('CANCEL');
    },
    LIMIT_MS,
  );

  test(
    'a cancel in the call sends BYE',
    async () => {
      const { record, dialed } = await placeCall(
        stack,
        { destination: ANSWERS, account_code: 'cancel' },
        async (id) => {
          await answered(id);
          await cancel(id);
        },
      );
      expect(record).toMatchObject({
        status: 'completed',
        outcome: { end_reason: 'canceled_by_api', hung_up_by: 'api' },
      });
      expect(only(dialed)).toMatchObject({ endedWith: 'BYE', endedBy: 'caller' });
    },
    LIMIT_MS,
  );

  test(
    'a model that fails ends the call as the provider’s fault',
    async () => {
      stack.lab.speech.llm.setFault({ kind: 'status', status: 500 });
      const { record } = await placeCall(stack, { destination: ANSWERS, account_code: 'llm' });
      expect(record).toMatchObject({
        status: 'completed',
        outcome: { end_reason: 'provider_error', blame: 'provider' },
      });
    },
    LIMIT_MS,
  );

  test(
    'a job that is killed in the call leaves nobody on a silent line',
    async () => {
      const { record, dialed } = await placeCall(
        stack,
        { destination: ANSWERS, account_code: 'killed' },
        async (id) => {
          await answered(id);
          const room = String((await stack.outdial.call(id)).room);
          const pid = /"pid":(\d+)[^\n]*"msg":"answered"/.exec(
            stack.outdial
              .log('agent')
              .split('\n')
              .findLast((line) => line.includes(room) && line.includes('"answered"')) ?? '',
          )?.[1];
          expect(jobsOf(stack.outdial.agent.pid)).toContain(Number(pid));
          process.kill(Number(pid), 'SIGKILL');
        },
      );
      expect(record.outcome).toMatchObject({ end_reason: 'agent_lost', blame: 'platform', retry: 'no' });
      const call = only(dialed);
      expect(call.endedWith).toBe('BYE');
      expect(stack.outdial.log('agent')).toContain('a job process died in a call');
    },
    LIMIT_MS,
  );
});
