import { join } from 'node:path';
import {
  type CallRecord,
  type CarrierCall,
  HEARD_WHOLE,
  readWav,
  similarity,
  speak,
  type UtteranceKey,
  utterances,
} from '@outdial/lab';
import { expect } from 'vitest';
import type { Stack } from './stack.ts';
import { until } from './watched-calls.ts';

const digits = (number: string): string => number.replace(/^0/, '61');

/** The legs of a call at the carrier, apart: to the callee, and to this target by us and by a REFER. */
export const legsOfCall = async (stack: Stack, accountCode: string, target: string) => {
  const all = (await stack.lab.carrier.records()).filter(
    (leg) => leg.headers['X-Account-Code']?.[0] === accountCode,
  );
  const toTarget = all.filter((leg) => leg.requestUri.includes(`${digits(target)}@`));
  return { toCallee: all.filter((leg) => !toTarget.includes(leg)), toTarget };
};

/** Waits until the target has answered as a second leg, and gives the leg at the carrier. */
export const bridgedLeg = (stack: Stack, accountCode: string, target: string): Promise<CarrierCall> =>
  until(`an answered leg of ${accountCode} to ${target}`, async () =>
    (await legsOfCall(stack, accountCode, target)).toTarget.find(({ answeredAt }) => answeredAt !== null),
  );

/** Waits until the record says that callee and target talk. */
export const bridgedRecord = (stack: Stack, id: string): Promise<CallRecord> =>
  until(`a bridged leg in the record of ${id}`, async () => {
    const record = await stack.outdial.call(id);
    const legs = record.legs as { identity: string; sip_status: number | null }[];
    return legs.some(({ identity, sip_status }) => identity === 'target' && sip_status === 200)
      ? record
      : null;
  });

/** Waits until this phone's recording, which may still grow, holds the whole sentence of another phone. */
export const expectHeard = async (stack: Stack, callId: string, sentence: UtteranceKey): Promise<void> => {
  const spoken = join(stack.lab.dir, `${sentence}.wav`);
  await speak(utterances[sentence], spoken, { rate: 8000, voice: 'callee' });
  const { heard } = await stack.lab.phones.callOf(callId);
  await expect
    .poll(async () => (await similarity(String(heard), spoken)).score, {
      timeout: 30_000,
      interval: 2_000,
      message: `"${utterances[sentence]}" in ${heard}`,
    })
    .toBeGreaterThan(HEARD_WHOLE);
};

const SLICE_MS = 100;

/** The power of one tone in samples, of all their power (Goertzel). */
const shareOf = (samples: Int16Array, rate: number, hz: number): number => {
  const turn = 2 * Math.cos((2 * Math.PI * hz) / rate);
  let [one, two, all] = [0, 0, 0];
  for (const sample of samples) {
    [one, two] = [sample + turn * one - two, one];
    all += sample * sample;
  }
  const power = one * one + two * two - turn * one * two;
  return all === 0 ? 0 : (2 * power) / (samples.length * all);
};

/** Milliseconds of ringback (400 and 425 Hz) in a phone's recording. */
export const ringbackMs = async (heard: string): Promise<number> => {
  const { samples, rate } = await readWav(heard);
  const size = (rate * SLICE_MS) / 1_000;
  let found = 0;
  for (let at = 0; at + size <= samples.length; at += size) {
    const slice = samples.subarray(at, at + size);
    const loud = Math.max(...slice.map(Math.abs)) > 500;
    if (loud && shareOf(slice, rate, 400) + shareOf(slice, rate, 425) > 0.7) found += SLICE_MS;
  }
  return found;
};
