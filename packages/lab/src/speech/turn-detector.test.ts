import { beforeAll, describe, expect, test } from 'vitest';
import { joined, overThePhone, withEffects, withLoss, withNoise } from './degrade.testing.ts';
import { createPhrasebook, type Phrasebook } from './phrasebook.ts';
import { synthesize } from './speak.ts';
import { createTurnDetector, type TurnEvent } from './turn-detector.ts';
import { type UtteranceKey, utterances } from './utterances.ts';
import type { Sound } from './wav.ts';

const RATE = 16000;
const keys = Object.keys(utterances) as UtteranceKey[];
const spoken = new Map<string, Sound>();
let book: Phrasebook;

const say = (key: UtteranceKey): Sound => {
  const sound = spoken.get(utterances[key]);
  if (!sound) throw new Error(`${key} was not spoken`);
  return sound;
};

/** Feeds a sound in pieces of 160 ms, as the plugin does. */
const listen = ({ rate, samples }: Sound): TurnEvent[] => {
  const detector = createTurnDetector(book, rate);
  const events: TurnEvent[] = [];
  const piece = rate * 0.16;
  for (let at = 0; at < samples.length; at += piece) {
    events.push(...detector.push(samples.subarray(at, at + piece)));
  }
  return [...events, ...detector.flush()];
};
const finals = (events: readonly TurnEvent[]): string[] =>
  events.filter((event) => event.type === 'end').map((event) => event.heard.text);
const onTheLine = (sound: Sound, effects: string[] = []): Promise<Sound> =>
  overThePhone(sound, [...effects, 'pad', '1', '1.2'], RATE);

beforeAll(async () => {
  for (const text of Object.values(utterances)) {
    spoken.set(text, await synthesize(text, { rate: 8000, voice: 'callee' }));
  }
  book = createPhrasebook([...spoken].map(([text, sound]) => ({ text, sound })));
});

describe('a known sentence', () => {
  test.each(keys)('%s is heard once, with its words one by one', async (key) => {
    const events = listen(await onTheLine(say(key)));
    expect(finals(events)).toEqual([utterances[key]]);
    const types = events.map((event) => event.type);
    expect(types[0]).toBe('start');
    expect(types.slice(-2)).toEqual(['eager_end', 'end']);
    const updates = events.filter((event) => event.type === 'update').map((event) => event.heard.text);
    expect(updates.length).toBeGreaterThan(2);
    for (const text of updates) expect(utterances[key].startsWith(text)).toBe(true);
  });

  const ways: [string, (sound: Sound) => Promise<Sound> | Sound][] = [
    ['18 dB quieter', (sound) => onTheLine(sound, ['gain', '-18'])],
    ['in noise', async (sound) => withNoise(await onTheLine(sound), -50)],
    ['with 5 % of its packets lost', async (sound) => withLoss(await onTheLine(sound), 5)],
    ['2 % slower', (sound) => onTheLine(sound, ['tempo', '0.98'])],
    [
      'after loud noise',
      async (sound) =>
        joined(withNoise({ rate: RATE, samples: new Int16Array(RATE) }, -15), await onTheLine(sound)),
    ],
  ];
  test.each(ways)('is heard %s', async (_, way) => {
    expect(finals(listen(await way(say('transfer'))))).toEqual([utterances.transfer]);
    expect(finals(listen(await way(say('goodbye'))))).toEqual([utterances.goodbye]);
  });

  test('ends 300 to 500 ms of audio after its last sound', async () => {
    const line = await onTheLine(say('transfer'));
    const detector = createTurnDetector(book, RATE);
    const step = RATE / 100;
    for (let at = 0; at < line.samples.length; at += step) {
      const end = detector.push(line.samples.subarray(at, at + step)).find((event) => event.type === 'end');
      if (!end) continue;
      const lateMs = (at / RATE) * 1000 - end.heard.endMs;
      expect(lateMs).toBeGreaterThanOrEqual(300);
      expect(lateMs).toBeLessThanOrEqual(500);
      return;
    }
    expect.unreachable('the turn did not end');
  });

  test('two sentences in a row are two turns, the same one twice too', async () => {
    const line = await onTheLine(joined(say('transfer'), say('goodbye')));
    expect(finals(listen(line))).toEqual([utterances.transfer, utterances.goodbye]);
    const twice = await onTheLine(say('goodbye'));
    expect(finals(listen(joined(twice, twice)))).toEqual([utterances.goodbye, utterances.goodbye]);
  });
});

test('of half a sentence half the words', async () => {
  const [text] = finals(listen(await onTheLine(say('transfer'), ['trim', '0', '1.6'])));
  expect(text).toBe('Hello. Could you please');
});

describe('nothing is heard', () => {
  test.each([
    'Hello, this is Sam from Harbour Street Dental. How can I help you today?',
    'I will transfer you to accounts now. Please hold the line.',
    'Thank you for your time. Goodbye.',
    utterances.transfer,
    utterances.goodbye,
  ])('when the agent says: %s', async (text) => {
    expect(listen(await onTheLine(await synthesize(text, { voice: 'agent' })))).toEqual([]);
  });

  test('when a callee says something unknown', async () => {
    const text = 'I would like to order two large pizzas with extra cheese and mushrooms.';
    expect(listen(await onTheLine(await synthesize(text, { rate: 8000, voice: 'callee' })))).toEqual([]);
  });

  test('in silence, noise and tones', async () => {
    const silence = { rate: RATE, samples: new Int16Array(RATE * 5) };
    expect(listen(silence)).toEqual([]);
    expect(listen(withNoise(silence, -20))).toEqual([]);
    for (const sound of ['pinknoise', 'sine', 'brownnoise']) {
      const synth = ['synth', '5', sound, ...(sound === 'sine' ? ['440'] : []), 'gain', '-12'];
      expect(listen(await withEffects(silence, synth))).toEqual([]);
    }
  });

  test('when a sentence of like length and level has other words', async () => {
    const only = createPhrasebook([{ text: utterances.question, sound: say('question') }]);
    const whole = book;
    book = only;
    expect(listen(await onTheLine(say('answer')))).toEqual([]);
    expect(listen(await onTheLine(say('goodbye')))).toEqual([]);
    book = whole;
  });
});
