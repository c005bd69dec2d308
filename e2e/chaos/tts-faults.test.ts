import { resolve } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { outcomeOf } from '../src/scenario-call.ts';
import { heardIn, longestSilence, recordingWasHeard, wasHeard } from '../src/sound.ts';
import { expectNoJobs, expectNoRooms, only, placeCall, type Stack, useStack } from '../src/stack.ts';

const ANSWERS = '0491570156';
const TARGET = '61255500100';
const LIMIT_MS = 90_000;
const GREETING = [
  'Hello, this is Sam from Harbour Street Dental, an automated assistant.',
  'I am calling about your appointment on Monday at nine.',
  'How can I help you today?',
] as const;
const CLIPS = resolve(import.meta.dirname, '../../apps/agent/src/speech/clips');
/** Nobody keeps the receiver at the ear for longer. */
const DEAD_AIR_MS = 5_000;

/** Lines of the agent's log about one call. */
const linesOf = (stack: Stack, callId: string): { msg: string; [fact: string]: unknown }[] =>
  stack.outdial
    .log('agent')
    .split('\n')
    .filter((line) => line.startsWith('{') && line.includes(callId))
    .map((line) => JSON.parse(line));

const putRight = async (stack: Stack): Promise<void> => {
  stack.lab.speech.tts.setFault(null);
  stack.lab.speech.stt.setFault(null);
  stack.lab.speech.audioSpeech.setFault(null);
  await stack.lab.phones.say(ANSWERS, null);
  await expectNoRooms(stack);
  await expectNoJobs(stack);
  expect(stack.lab.speech.violations).toEqual([]);
};

describe('a voice that fails', () => {
  const stack = useStack(() => ({ CALLS_PER_SECOND: '50', TTS_FIRST_SOUND_MS: '1000' }));
  afterEach(() => putRight(stack), 60_000);
  const call = (name: string, more: Record<string, unknown> = {}) =>
    placeCall(stack, { destination: ANSWERS, account_code: name, greeting: GREETING.join(' '), ...more });

  test.each([
    ['closes in mid-sentence', { kind: 'close', afterChunks: 55 }],
    ['stalls in mid-sentence', { kind: 'stall', afterChunks: 55 }],
    ['stalls before the first sound', { kind: 'stall', afterChunks: 0 }],
    ['is at its limit (429)', { kind: 'status', status: 429 }],
  ] as const)(
    'once, for it %s, is tried again: the callee hears the greeting whole and the call goes on',
    async (name, fault) => {
      await stack.lab.phones.say(ANSWERS, [14_000, 'goodbye']);
      // The connection that is made ahead of the first word meets a refusal as well.
      stack.lab.speech.tts.setFault(fault, fault.kind === 'status' ? 2 : 1);
      const { record, dialed } = await call(name.replace(/\W+/g, '-'));
      expect(record).toMatchObject({ status: 'completed', outcome: { hung_up_by: 'agent' } });
      expect(record.outcome?.end_reason).not.toBe('provider_error');
      const heard = await heardIn(stack.lab, only(dialed).callId);
      for (const sentence of GREETING) expect(await wasHeard(heard, sentence)).toBe(true);
      expect(linesOf(stack, record.id).map(({ msg }) => msg)).toContain(
        'the voice failed; it is tried once more',
      );
    },
    LIMIT_MS,
  );

  test.each([
    ['cannot be reached', { kind: 'refuse' }],
    ['gives no answer (i/o timeout)', { kind: 'hang' }],
    ['stalls in every sentence', { kind: 'stall', afterChunks: 20 }],
  ] as const)(
    'for good, for it %s, ends the call with a recorded sentence and a cause that can be mended',
    async (_case, fault) => {
      stack.lab.speech.tts.setFault(fault);
      const { record, dialed } = await call(`gone-${fault.kind}`);
      expect(record.status).toBe('completed');
      const host = new URL(stack.lab.speech.env.CARTESIA_BASE_URL).host;
      const outcome = outcomeOf(record);
      expect(outcome).toMatchObject({
        end_reason: 'provider_error',
        blame: 'provider',
        hung_up_by: 'agent',
        message: expect.stringContaining(host),
      });
      expect(outcome.message).toContain('firewall');
      expect(linesOf(stack, record.id)).toContainEqual(
        expect.objectContaining({ msg: 'the voice failed and nobody else can speak', host }),
      );
      expect(only(dialed)).toMatchObject({ endedWith: 'BYE', endedBy: 'caller' });
      const heard = await heardIn(stack.lab, only(dialed).callId);
      expect(await recordingWasHeard(heard, `${CLIPS}/end.wav`)).toBe(true);
      expect(longestSilence(heard)).toBeLessThan(DEAD_AIR_MS);
    },
    LIMIT_MS,
  );

  test(
    'for good, together with the ears of the same provider: the recorded sentence is heard whole',
    async () => {
      // A firewall that closes: speech to text gives up after some four seconds, in the middle of the sentence.
      stack.lab.speech.tts.setFault({ kind: 'refuse' });
      stack.lab.speech.stt.setFault({ kind: 'refuse' });
      const { record, dialed } = await call('gone-both');
      expect(outcomeOf(record)).toMatchObject({
        end_reason: 'provider_error',
        message: expect.stringContaining('firewall'),
      });
      const heard = await heardIn(stack.lab, only(dialed).callId);
      expect(await recordingWasHeard(heard, `${CLIPS}/end.wav`)).toBe(true);
    },
    LIMIT_MS,
  );

  test(
    'for good, in a call that may be transferred, hands the callee to a person',
    async () => {
      stack.lab.speech.tts.setFault({ kind: 'status', status: 402 });
      const { record, dialed, transferred } = await call('gone-transfer', { transfer_target: TARGET });
      expect(outcomeOf(record)).toMatchObject({
        end_reason: 'transferred',
        transfer: { result: 'confirmed' },
      });
      expect(only(transferred).finalStatus).toBe(200);
      const heard = await heardIn(stack.lab, only(dialed).callId);
      expect(await recordingWasHeard(heard, `${CLIPS}/transfer.wav`)).toBe(true);
    },
    LIMIT_MS,
  );
});

describe('with a fallback voice', () => {
  const stack = useStack(() => ({
    CALLS_PER_SECOND: '50',
    TTS_FIRST_SOUND_MS: '1000',
    TTS_FALLBACK: 'openai/tts-1:nova',
  }));
  afterEach(() => putRight(stack), 60_000);

  test(
    'the call goes on with it, in the middle of the greeting and for the rest of the call',
    async () => {
      await stack.lab.phones.say(ANSWERS, [20_000, 'question', 9_000, 'goodbye']);
      stack.lab.speech.tts.setFault({ kind: 'close', afterChunks: 30 });
      const { record, dialed } = await placeCall(stack, {
        destination: ANSWERS,
        account_code: 'fallback',
        greeting: GREETING.join(' '),
      });
      expect(record).toMatchObject({ status: 'completed', outcome: { hung_up_by: 'agent' } });
      expect(record.outcome?.end_reason).not.toBe('provider_error');
      const heard = await heardIn(stack.lab, only(dialed).callId);
      for (const sentence of [...GREETING, 'That is a good question.'])
        expect(await wasHeard(heard, sentence)).toBe(true);
      const asked = stack.lab.speech.audioSpeech.requests;
      expect(asked[0]).toMatchObject({ text: GREETING[0], voice: 'nova' });
      expect(linesOf(stack, record.id)).toContainEqual(
        expect.objectContaining({
          msg: 'the voice failed; the fallback speaks from here on',
          next: 'openai tts-1',
        }),
      );
    },
    LIMIT_MS,
  );
});
