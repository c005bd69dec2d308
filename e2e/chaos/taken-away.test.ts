import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Outdial, startOutdial } from '@outdial/lab';
import { RoomServiceClient } from 'livekit-server-sdk';
import { describe, expect, test, vi } from 'vitest';
import { legsOf } from '../src/scenario-call.ts';
import { expectNoJobs, expectNoRooms, only, useStack } from '../src/stack.ts';

const ANSWERS = '0491570156';
const RINGS = '0491570158';
/** Answers and stays on the line; a voicemail would be hung up on. */
const LISTENS = '0255500100';
const LIMIT_MS = 150_000;

const childrenOf = (pid: number): number[] =>
  execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(Number);

/** A dead process that nobody has waited for is still listed, without a command. */
const runs = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
};

describe('what is taken away from a call', () => {
  const stack = useStack(() => ({ CALLS_PER_SECOND: '50' }));
  const begin = async (outdial: Outdial, number: string, account_code: string, at: string) => {
    const { id } = await outdial.dispatch({ destination: number, account_code });
    await expect.poll(async () => (await outdial.call(id))[at], { timeout: 40_000 }).not.toBeNull();
    return id;
  };
  const rooms = () => {
    const { url, apiKey, apiSecret } = stack.lab.livekit;
    return new RoomServiceClient(url, apiKey, apiSecret);
  };
  const deleteRoom = (room: string) => rooms().deleteRoom(room);
  const removeLeg = (room: string) => rooms().removeParticipant(room, 'callee');
  const CANCELED = { end_reason: 'canceled_by_api', hung_up_by: 'api' };

  test.each([
    ['the room', 'ring-room', RINGS, 'ringing_at', deleteRoom, 'canceled', 'CANCEL'],
    ['the leg', 'ring-leg', RINGS, 'ringing_at', removeLeg, 'canceled', 'CANCEL'],
    ['the room', 'call-room', ANSWERS, 'answered_at', deleteRoom, 'completed', 'BYE'],
    ['the leg', 'call-leg', ANSWERS, 'answered_at', removeLeg, 'completed', 'BYE'],
  ] as const)(
    '%s, by the API (%s): the call was canceled and nothing else',
    async (_what, name, number, at, take, status, endedWith) => {
      const id = await begin(stack.outdial, number, name, at);
      await take(String((await stack.outdial.call(id)).room));
      const record = await stack.outdial.ended(id);
      expect(record).toMatchObject({ status, outcome: { ...CANCELED, rang: true } });
      const ended = async () => only(await legsOf(stack, name)).endedWith;
      await expect.poll(ended, { timeout: 10_000 }).toBe(endedWith);
      await expectNoRooms(stack);
      await expectNoJobs(stack);
    },
    LIMIT_MS,
  );

  test.each([
    [
      'killed while it rings',
      'ring-killed',
      RINGS,
      'ringing_at',
      'SIGKILL',
      'failed',
      'CANCEL',
      /died/,
      3_000,
    ],
    [
      'killed in the call',
      'call-killed',
      ANSWERS,
      'answered_at',
      'SIGKILL',
      'completed',
      'BYE',
      /died/,
      3_000,
    ],
    [
      'stopped',
      'stopped',
      LISTENS,
      'answered_at',
      'SIGSTOP',
      'completed',
      'BYE',
      /fell silent|lost its connection/,
      30_000,
    ],
  ] as const)(
    'the worker, %s: the job hangs up and reports by itself',
    async (_how, name, number, at, signal, status, endedWith, words, limitMs) => {
      const dir = `${stack.lab.dir}/${name}`;
      const outdial = await startOutdial({ dir, env: { ...stack.lab.env, AGENT_NAME: `agent-${name}` } });
      try {
        const id = await begin(outdial, number, name, at);
        const jobs = childrenOf(outdial.agent.pid);
        const killedAt = Date.now();
        process.kill(outdial.agent.pid, signal);
        const record = await outdial.ended(id);
        expect(record).toMatchObject({
          status,
          outcome: { end_reason: 'agent_error', blame: 'platform', hung_up_by: 'platform' },
        });
        expect(record.outcome?.message).toMatch(words);
        const leg = await vi.waitUntil(
          async () => (await legsOf(stack, name)).find(({ endedAt }) => endedAt !== null),
          { timeout: 10_000 },
        );
        expect(await legsOf(stack, name)).toHaveLength(1);
        expect(leg).toMatchObject({ endedWith, endedBy: 'caller' });
        expect(Number(leg.events.find(({ method }) => method === endedWith)?.at) - killedAt).toBeLessThan(
          limitMs,
        );
        // The warm process had no call and goes when agents-js misses its worker, 15 s later.
        await expect.poll(() => jobs.filter(runs), { timeout: 25_000 }).toEqual([]);
        // The job told its end itself; what was said waits in its own folder for the next worker.
        const reports = readdirSync(join(dir, 'data', 'spool')).filter((entry) => entry !== 'ended');
        expect(reports).toEqual([]);
      } finally {
        await outdial.stop();
      }
    },
    LIMIT_MS,
  );

  test(
    'the warm process: the next call is dispatched again and no place is lost',
    async () => {
      const dir = `${stack.lab.dir}/warm`;
      const env = { ...stack.lab.env, AGENT_NAME: 'agent-warm', MAX_CONCURRENT_CALLS: '1' };
      const outdial = await startOutdial({ dir, env });
      try {
        await expect.poll(() => childrenOf(outdial.agent.pid), { timeout: 20_000 }).toHaveLength(1);
        for (const pid of childrenOf(outdial.agent.pid)) process.kill(pid, 'SIGKILL');
        for (const account_code of ['warm-1', 'warm-2']) {
          const { id } = await outdial.dispatch({ destination: '0491570157', account_code });
          expect((await outdial.ended(id)).status).toBe('busy');
          only(await legsOf(stack, account_code));
        }
        await expectNoJobs({ lab: stack.lab, outdial });
      } finally {
        await outdial.stop();
      }
    },
    LIMIT_MS,
  );
});
