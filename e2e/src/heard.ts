import { type CarrierCall, HEARD_WHOLE, type PhoneCall, type Similarity, similarity } from '@outdial/lab';
import { expect } from 'vitest';
import type { Stack } from './stack.ts';
import { until } from './watched-calls.ts';

/** The WAV of a sentence that the agent's voice was asked for; waits until it was. */
export const spokenFile = async ({ lab }: Stack, words: RegExp): Promise<string> =>
  (await until(`${words} to be spoken`, () => lab.speech.tts.spoken().find(({ text }) => words.test(text))))
    .file;

/** The call as its phone saw it. */
export const phoneCallOf = ({ lab }: Stack, leg: CarrierCall): Promise<PhoneCall> =>
  lab.phones.callOf(leg.callId);

/** How well a phone heard a sentence of the agent. */
export const hearing = async (stack: Stack, call: PhoneCall, words: RegExp): Promise<Similarity> => {
  if (call.heard === null) throw new Error(`The phone recorded nothing of ${call.callId}.`);
  return similarity(call.heard, await spokenFile(stack, words));
};

/** A sentence of the agent arrived at the phone from its first word to its last; tells where. */
export const expectHeardWhole = async (stack: Stack, call: PhoneCall, words: RegExp): Promise<Similarity> => {
  const heard = await hearing(stack, call, words);
  expect(heard.score, `how well ${words} was heard`).toBeGreaterThan(HEARD_WHOLE);
  return heard;
};

/** Waits until the phone, in its current call, has heard a sentence of the agent whole. */
export const untilHeard = (stack: Stack, number: string, words: RegExp): Promise<unknown> =>
  until(`${words} at the phone`, async () => {
    const call = stack.lab.phones.calls(number).findLast(({ endedAt }) => endedAt === null);
    if (call === undefined || call.heard === null) return null;
    const found = stack.lab.speech.tts.spoken().find(({ text }) => words.test(text));
    if (found === undefined) return null;
    return (await similarity(call.heard, found.file)).score > HEARD_WHOLE;
  });
