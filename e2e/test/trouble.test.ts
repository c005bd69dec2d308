import { execFileSync } from 'node:child_process';
import { HEARD_WHOLE, similarity, startOutdial } from '@outdial/lab';
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
    stack.lab.speech.tts.setFault(null);
    stack.lab.speech.llm.setFault(null);
    await stack.lab.phones.say(ANSWERS, null);
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
    'a callee who speaks at once hears the greeting whole all the same',
    async () => {
      await stack.lab.phones.say(ANSWERS, [100, 'answer', 9_000, 'goodbye']);
      const { dialed } = await placeCall(stack, {
        destination: ANSWERS,
        greeting: 'Hello, this is the lab calling about a test.',
      });
      const greeting = stack.lab.speech.tts
        .spoken()
        .findLast((said) => said.text.includes('calling about a test'));
      const { heard } = await stack.lab.phones.callOf(only(dialed).callId);
      if (greeting === undefined || heard === null) throw new Error('No greeting or no recording.');
      expect((await similarity(heard, greeting.file)).score).toBeGreaterThan(HEARD_WHOLE);
    },
    LIMIT_MS,
  );

  test(
    'a voice that fails ends the call as the provider’s fault instead of in silence',
    async () => {
      stack.lab.speech.tts.setFault({ kind: 'status', status: 402 });
      const { record } = await placeCall(stack, { destination: ANSWERS, account_code: 'tts' });
      expect(record.outcome).toMatchObject({ blame: expect.stringMatching(/provider|platform/) });
      expect(['provider_error', 'agent_error']).toContain(record.outcome?.end_reason);
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

  test(
    'a bridge that is away keeps no live call from its end and loses no outcome',
    async () => {
      const accepted = await stack.outdial.dispatch({
        destination: ANSWERS,
        account_code: 'away',
        max_call_seconds: 10,
      });
      await answered(accepted.id);
      const bridge = stack.outdial.bridge;
      if (bridge === null) throw new Error('no bridge');
      process.kill(bridge.pid, 'SIGSTOP');
      await expect
        .poll(() => stack.outdial.log('agent').includes('waits in the spool'), { timeout: 40_000 })
        .toBe(true);
      process.kill(bridge.pid, 'SIGCONT');
      const record = await stack.outdial.ended(accepted.id);
      expect(record.status).toBe('completed');
    },
    LIMIT_MS,
  );

  test('ten requests at once become ten calls, each dialled once', async () => {
    const before = new Set((await stack.lab.carrier.records()).map((call) => call.callId));
    const ids = await Promise.all(
      Array.from({ length: 10 }, async (_, n) => {
        const accepted = await stack.outdial.dispatch({
          destination: '0491570157',
          account_code: `burst-${n}`,
        });
        return accepted.id;
      }),
    );
    expect(new Set(ids).size).toBe(10);
    const records = [];
    for (const id of ids) records.push(await stack.outdial.ended(id));
    expect(records.map((record) => record.status)).toEqual(ids.map(() => 'busy'));
    const dialed = (await stack.lab.carrier.records()).filter((call) => !before.has(call.callId));
    expect(dialed).toHaveLength(10);
  }, 150_000);

  test(
    'an agent that is told to stop finishes its call first',
    async () => {
      const agentName = 'agent-that-stops';
      const other = await startOutdial({
        dir: `${stack.lab.dir}/stops`,
        env: { ...stack.lab.env, AGENT_NAME: agentName },
      });
      try {
        const accepted = await other.dispatch({ destination: ANSWERS, account_code: 'stops' });
        await expect
          .poll(async () => (await other.call(accepted.id)).answered_at, { timeout: 30_000 })
          .not.toBeNull();
        process.kill(other.agent.pid, 'SIGTERM');
        await expect.poll(() => other.log('agent').includes('draining'), { timeout: 5_000 }).toBe(true);
        await stack.lab.phones.hangUp(ANSWERS);
        const record = await other.ended(accepted.id);
        expect(record).toMatchObject({ status: 'completed', outcome: { hung_up_by: 'callee' } });
        await expect.poll(() => other.log('agent').includes('agent stopped'), { timeout: 20_000 }).toBe(true);
      } finally {
        await other.stop();
      }
    },
    LIMIT_MS,
  );
});
