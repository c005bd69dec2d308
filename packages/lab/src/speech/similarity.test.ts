import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { joined, overThePhone, withEffects, withLoss, withNoise } from './degrade.testing.ts';
import { compareSounds, similarity } from './similarity.ts';
import { speak, synthesize } from './speak.ts';
import { encodeWav, type Sound } from './wav.ts';

const sentences = [
  'Hello, this is Sam from Harbour Street Dental.',
  'I am calling about your appointment on Monday.',
  'How can I help you today?',
];
const GREETING = sentences.join(' ');
const OTHER =
  'Good afternoon, you have reached the service desk. We are glad to hear from you. What is your order number?';

let dir: string;
let greeting: Sound;
let seconds: number;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'similarity-'));
  greeting = await synthesize(GREETING, { rate: 24000 });
  seconds = greeting.samples.length / greeting.rate;
});
afterAll(() => rm(dir, { recursive: true }));

describe('the whole sentence', () => {
  const ways: [string, (sound: Sound) => Promise<Sound> | Sound][] = [
    ['as it is', (sound) => sound],
    ['over the phone', (sound) => overThePhone(sound)],
    ['20 dB quieter', (sound) => overThePhone(sound, ['gain', '-20'])],
    ['too loud, clipped', (sound) => overThePhone(sound, ['gain', '10'])],
    ['in light noise', async (sound) => withNoise(await overThePhone(sound), -55)],
    ['with 5 % of its packets lost', async (sound) => withLoss(await overThePhone(sound), 5)],
    ['played 3 % slower', (sound) => overThePhone(sound, ['tempo', '0.97'])],
    ['played 3 % faster', (sound) => overThePhone(sound, ['tempo', '1.03'])],
  ];
  test.each(ways)('%s', async (_, way) => {
    const found = compareSounds(await way(greeting), greeting);
    expect(found.score).toBeGreaterThan(0.9);
    expect(found.covered).toBeGreaterThan(0.9);
  });

  test('spoken sentence by sentence, with other pauses', async () => {
    const parts: Sound[] = [];
    for (const text of sentences) parts.push(await synthesize(text, { rate: 24000 }));
    const [first, ...others] = parts;
    if (!first) throw new Error('no sentences');
    expect(compareSounds(await overThePhone(joined(first, ...others)), greeting).score).toBeGreaterThan(0.9);
  });

  test('is found between silence and other speech', async () => {
    const before = await withEffects(await synthesize(OTHER, { rate: 24000 }), ['pad', '1', '1']);
    const heard = await overThePhone(joined(before, greeting, before));
    const found = compareSounds(heard, greeting);
    const startMs = (before.samples.length / before.rate) * 1000;
    expect(found.score).toBeGreaterThan(0.9);
    expect(Math.abs(found.startMs - startMs)).toBeLessThan(150);
    expect(Math.abs(found.endMs - (startMs + seconds * 1000))).toBeLessThan(500);
  });
});

describe('less than the sentence', () => {
  test.each([0.15, 0.3])('its first %d is missing', async (part) => {
    const found = compareSounds(await overThePhone(greeting, ['trim', `${seconds * part}`]), greeting);
    expect(found.score).toBeLessThan(0.89);
    expect(found.covered).toBeLessThan(1.04 - part);
    expect(found.covered).toBeGreaterThan(0.92 - part);
  });

  test.each([0.15, 0.3])('its last %d is missing', async (part) => {
    // Speech ends before the recording does.
    const end = compareSounds(greeting, greeting).endMs / 1000;
    const heard = await overThePhone(greeting, ['trim', '0', `${end * (1 - part)}`, 'pad', '0', '2']);
    const found = compareSounds(heard, greeting);
    expect(found.score).toBeLessThan(0.89);
    expect(found.covered).toBeLessThan(1.04 - part);
    expect(found.covered).toBeGreaterThan(0.92 - part);
  });

  test('another sentence by the same voice', async () => {
    const other = await synthesize(OTHER, { rate: 24000 });
    expect(compareSounds(await overThePhone(other), greeting).score).toBeLessThan(0.2);
    expect(compareSounds(await overThePhone(greeting), other).score).toBeLessThan(0.2);
  });

  test('the same sentence by the other voice', async () => {
    const callee = await synthesize(GREETING, { rate: 8000, voice: 'callee' });
    expect(compareSounds(callee, greeting).score).toBeLessThan(0.6);
  });

  test('silence, noise, nothing', () => {
    const silence = { rate: 8000, samples: new Int16Array(40_000) };
    expect(compareSounds(silence, greeting).score).toBe(0);
    expect(compareSounds(withNoise(silence, -20), greeting).score).toBeLessThan(0.1);
    expect(compareSounds({ rate: 8000, samples: new Int16Array(0) }, greeting).score).toBe(0);
  });
});

test('reads files, also a recording whose header does not know its length yet', async () => {
  const spoken = join(dir, 'spoken.wav');
  const heard = join(dir, 'heard.wav');
  await speak(GREETING, spoken, { rate: 16000 });
  const recording = encodeWav(await overThePhone(greeting));
  for (const length of [0, 320, 0xffffffff]) {
    recording.writeUInt32LE(length, 40);
    await writeFile(heard, recording);
    expect((await similarity(heard, spoken)).score).toBeGreaterThan(0.9);
  }
});
