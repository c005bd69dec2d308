import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, test } from 'vitest';
import { heardIn, wasHeard } from '../src/sound.ts';
import { expectNoJobs, expectNoRooms, only, placeCall, useStack } from '../src/stack.ts';

const ANSWERS = '0491570156';
const LIMIT_MS = 90_000;
const ANSWER = 'That is a good question.';

const commandsOf = (pid: number): string =>
  execFileSync('ps', ['--ppid', String(pid), '-o', 'args='], { encoding: 'utf8' });

// What docs/voice.md says can be chosen, in a call each: the callee asks, and hears the answer.
describe.each([
  [
    'no voice activity detection and a lighter speech to text',
    { VAD: 'off', STT_MODEL: 'ink-whisper' },
    false,
  ],
  ['the built-in voice activity detection', { VAD: 'builtin', VAD_MIN_SILENCE_MS: '400' }, false],
  // With private values in its log, the framework tells of its predictions.
  ['LiveKit’s turn detector on this machine', { TURN_DETECTION: 'local', LOG_PII: 'true' }, true],
] as const)('a call with %s', (_name, env, inferenceProcess) => {
  const stack = useStack(() => env);
  afterEach(async () => {
    await expectNoRooms(stack);
    await expectNoJobs(stack);
  }, 60_000);

  test(
    'hears the callee and answers',
    async () => {
      const { STT_MODEL = 'ink-2' } = env as { STT_MODEL?: string };
      await stack.lab.phones.say(ANSWERS, [7_000, 'question', 9_000, 'goodbye']);
      const { record, dialed } = await placeCall(stack, {
        destination: ANSWERS,
        greeting: 'Hello, this is the lab.',
      });
      expect(record).toMatchObject({ status: 'completed', outcome: { end_reason: 'agent_hangup' } });
      const heard = await heardIn(stack.lab, only(dialed).callId);
      expect(await wasHeard(heard, 'Hello, this is the lab.')).toBe(true);
      expect(await wasHeard(heard, ANSWER)).toBe(true);
      expect(stack.lab.speech.stt.sessions.at(-1)?.model).toBe(STT_MODEL);
      const log = stack.outdial.log('agent');
      expect(commandsOf(stack.outdial.agent.pid).includes('inference_proc')).toBe(inferenceProcess);
      expect(log).not.toMatch(/local audio EOT|will be a no-op/);
      expect(log).toMatch(/"msg":"turn detection"/);
      expect(/"endOfTurnProbability":0\.\d+.*"eot prediction"/.test(log)).toBe(inferenceProcess);
      expect(stack.lab.speech.violations).toEqual([]);
    },
    LIMIT_MS,
  );
});
