import { describe, expect, test } from 'vitest';
import type { CallLog, HeardPacket } from '../phone/call-log.ts';
import { SAYS } from '../phone/conversation.ts';
import { measuresOf } from './call-measures.ts';

const ANSWERED = 1_000_000;

/** A packet each 20 ms for `seconds`, loud within the given spans (ms since the answer). */
const heard = (seconds: number, spans: readonly (readonly [number, number])[]): HeardPacket[] =>
  Array.from({ length: seconds * 50 }, (_, seq) => ({
    at: ANSWERED + seq * 20,
    seq,
    peak: spans.some(([from, to]) => seq * 20 >= from && seq * 20 < to) ? 9_000 : 8,
  }));

const at = (words: (typeof SAYS)[keyof typeof SAYS], from: number, to: number) => ({
  words,
  from: ANSWERED + from,
  to: ANSWERED + to,
});

const log: CallLog = {
  callId: 'a',
  answeredAt: ANSWERED,
  // Greeting, answer, an answer that goes on 400 ms into the interruption, the answer to that.
  heard: heard(20, [
    [120, 3_000],
    [6_500, 8_000],
    [11_240, 13_400],
    [16_900, 17_500],
  ]),
  said: [
    at(SAYS.question, 4_000, 6_000),
    at(SAYS.statement, 9_000, 10_500),
    at(SAYS.interrupts, 13_000, 16_000),
  ],
  ownLatenessMs: 1,
  failure: null,
};

describe('what the callee heard', () => {
  test('the greeting counts from the answer, a turn from the end of the words to the first sound', () => {
    const { greetingMs, turns } = measuresOf(log);
    expect(greetingMs).toBe(120);
    expect(turns.map(({ saidUntil, answeredAt }) => answeredAt - saidUntil)).toEqual([500, 740]);
  });

  test('an interruption counts from its first sound to the end of the last sound of the agent', () => {
    expect(measuresOf(log).bargeInMs).toBe(400);
  });

  test('an agent that talks through the whole interruption is not taken for a fast one', () => {
    const deaf = { ...log, heard: heard(20, [[120, 20_000]]) };
    expect(measuresOf(deaf).bargeInMs).toBeGreaterThanOrEqual(3_000);
  });

  test('a packet that is missing or late makes a gap', () => {
    const { gapsMs } = measuresOf({ ...log, heard: log.heard.filter(({ seq }) => seq !== 100) });
    expect(gapsMs).toHaveLength(998);
    expect(gapsMs.filter((gap) => gap > 20)).toEqual([40]);
  });

  test('a call that broke off, or in which something was not heard, gives no figure', () => {
    expect(() => measuresOf({ ...log, failure: 'the caller hung up' })).toThrow('the caller hung up');
    expect(() => measuresOf({ ...log, heard: heard(20, []) })).toThrow('no sound of the agent');
    expect(() => measuresOf({ ...log, said: log.said.slice(0, 2) })).toThrow(`"${SAYS.interrupts}"`);
  });
});
