import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPhoneWav } from './phone-wav.ts';
import { runProgram } from './run-program.ts';
import { compareSounds } from './similarity.ts';
import { speak, synthesize } from './speak.ts';
import { createSpeechCache } from './speech-cache.ts';
import { utterances } from './utterances.ts';
import { readWav } from './wav.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'speak-'));
});
afterAll(() => rm(dir, { recursive: true }));

test('the same text is the same sound, in each rate of the same length', async () => {
  const file = join(dir, 'one.wav');
  await speak('Good morning.', file, { rate: 8000 });
  const first = await readWav(file);
  expect(first).toEqual(await synthesize('Good morning.', { rate: 8000 }));
  const higher = await synthesize('Good morning.', { rate: 48000 });
  expect(higher.samples.length / 48000).toBeCloseTo(first.samples.length / 8000, 2);
});

test('text that looks like an option, or has no words', async () => {
  expect((await synthesize('--help me')).samples.length).toBeGreaterThan(1000);
  expect((await synthesize(' ... ')).samples).toHaveLength(0);
});

test('the cache synthesises once', async () => {
  const cache = createSpeechCache(join(dir, 'cache'));
  const options = { rate: 8000, voice: 'agent' } as const;
  const [a, b] = await Promise.all([cache.get('Hello.', options), cache.get('Hello.', options)]);
  expect(a).toBe(b);
  expect(await cache.get('Hello.', options)).toEqual(a);
  expect(await readdir(join(dir, 'cache'))).toHaveLength(1);
  await cache.close();
  await expect(cache.get('Something new.', options)).rejects.toThrow();
});

test('a phone plays its parts in order', async () => {
  const file = join(dir, 'phone.wav');
  const ms = await buildPhoneWav([1000, 'voicemail', 'beep', 500, 'goodbye', 1500], file);
  const sound = await readWav(file);
  expect(sound.rate).toBe(8000);
  expect(ms).toBe(sound.samples.length / 8);
  const found = async (text: string) =>
    compareSounds(sound, await synthesize(text, { rate: 16000, voice: 'callee' }));
  const voicemail = await found(utterances.voicemail);
  const goodbye = await found(utterances.goodbye);
  expect(voicemail.score).toBeGreaterThan(0.95);
  expect(Math.abs(voicemail.startMs - 1000)).toBeLessThan(100);
  expect(goodbye.score).toBeGreaterThan(0.95);
  expect(goodbye.startMs).toBeGreaterThan(voicemail.endMs + 900);
});

test('a program that is missing is named, with the way to get it', async () => {
  await expect(runProgram('no-such-program', [])).rejects.toThrow('apt-get install no-such-program');
  await expect(runProgram('sox', ['--no-such-option'])).rejects.toThrow('ended with');
});
