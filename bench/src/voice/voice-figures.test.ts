import { expect, test } from 'vitest';
import type { MeasuredCall, MeasuredSide } from './run-voice.ts';
import { voiceFigures } from './voice-figures.ts';

const call = (greetingMs: number): MeasuredCall => ({
  greetingMs,
  turnMs: [1_000, 3_000],
  turnParts: [
    { hearingMs: 600, decidingMs: 300, speakingMs: 100 },
    { hearingMs: 600, decidingMs: 2_300, speakingMs: 100 },
  ],
  bargeInMs: 800,
  gapsMs: [20, 20, 45],
  jobRssMiB: 200,
  phoneLatenessMs: 2,
});
const side = (...greetings: number[]): MeasuredSide => ({
  calls: greetings.map(call),
  rest: { before: { rss: 250, pss: 180, each: [] }, after: { rss: 262, pss: 190, each: [] } },
  failures: [],
});

test('every measure becomes a line, a turn of each kind by itself, and the aims are judged', () => {
  const figures = voiceFigures({ ours: side(100, 140, 900), floor: side(600) });
  const named = (name: string) => figures.filter((figure) => figure.name.includes(name));
  expect(named('greeting')[0]).toMatchObject({ ours: { n: 3, median: 140 }, aim: { met: true } });
  expect(named('a question →')[0]?.ours.median).toBe(1_000);
  expect(named('a statement →')[0]?.ours.median).toBe(3_000);
  expect(named('voice is asked for').map(({ ours }) => ours.median)).toEqual([300, 2_300]);
  expect(named('largest of a call')[0]).toMatchObject({ ours: { max: 45 }, aim: { met: true } });
  // What is left behind by calls counts too.
  expect(named('one warm process')[0]).toMatchObject({
    unit: 'MiB',
    ours: { max: 262 },
    aim: { met: false },
  });
});

test('a side without a single good call has no figures', () => {
  expect(() => voiceFigures({ ours: side(), floor: side(600) })).toThrow('Nothing was measured.');
});
