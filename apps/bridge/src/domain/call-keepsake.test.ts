import { makeOutcome } from '@outdial/telephony';
import { describe, expect, test } from 'vitest';
import { after, calleeLeg, callIn, report, result } from '../../test/fixtures.ts';
import { advanceCall } from './advance-call.ts';
import { awaitsResult, endToldAt, isSettled } from './call-keepsake.ts';

const NOW = after(20_000);
const talked = makeOutcome('callee_hangup', { talk_ms: 900 });
const ended = (follows?: { result: boolean; recording: boolean }, record = true) => {
  const call = callIn('in_progress', { record });
  const said = report({ type: 'ended', outcome: talked, ...(follows === undefined ? {} : { follows }) });
  return { ...call, ...advanceCall(call, said, NOW) };
};
const COMES = { result: true, recording: true };

describe('an end', () => {
  test('that announces a result waits half a minute for it, and is final all the same', () => {
    const call = ended(COMES);
    expect(call).toMatchObject({
      status: 'completed',
      recordingState: 'awaited',
      resultDueAt: after(50_000),
    });
    expect([awaitsResult(call), isSettled(call)]).toEqual([true, false]);
    expect(endToldAt(call, NOW)).toEqual(after(52_000));
  });

  test('that announces nothing waits for nothing', () => {
    for (const call of [ended(), ended({ result: false, recording: false })]) {
      expect([awaitsResult(call), isSettled(call)]).toEqual([false, true]);
      expect(endToldAt(call, NOW)).toEqual(NOW);
    }
  });

  test('announces no recording of a call that was not to be recorded', () => {
    expect(ended(COMES, false).recordingState).toBeNull();
  });

  test('that the bridge decided itself waits for nothing', () => {
    const call = callIn('in_progress');
    const lost = { ...call, ...advanceCall(call, { type: 'lost', legs: [], silentSince: null }, NOW) };
    expect(isSettled({ ...lost, status: 'completed' })).toBe(true);
  });
});

describe('a result', () => {
  test('never changes the end', () => {
    const change = advanceCall(ended(COMES), result(), NOW);
    expect(change).toEqual({
      resultAt: NOW,
      result: { people: 7 },
      summary: 'Seven come.',
      resultProblem: null,
      transcriptAt: NOW,
      recordingState: null,
    });
  });

  test('comes once', () => {
    const call = { ...ended(COMES), ...advanceCall(ended(COMES), result(), NOW) };
    expect(advanceCall(call, result({ summary: 'Other' }), after(21_000))).toEqual({});
  });

  test('that comes before the end is there when the end is told', () => {
    const call = callIn('in_progress');
    const early = { ...call, ...advanceCall(call, result(), NOW) };
    const end = {
      ...early,
      ...advanceCall(early, report({ type: 'ended', outcome: talked, follows: COMES }), NOW),
    };
    expect(isSettled(end)).toBe(true);
  });

  test('is given up at its deadline, not before, and taken all the same when it comes', () => {
    const call = ended(COMES);
    expect(advanceCall(call, { type: 'result_overdue' }, after(49_999))).toEqual({});
    const givenUp = { ...call, ...advanceCall(call, { type: 'result_overdue' }, after(50_000)) };
    expect(givenUp).toMatchObject({ result: null, resultProblem: expect.stringContaining('within 30 s') });
    expect(isSettled(givenUp)).toBe(true);
    expect(advanceCall(givenUp, result(), after(90_000))).toMatchObject({ summary: 'Seven come.' });
  });
});

describe('a purge', () => {
  const call = {
    ...ended(COMES),
    ...advanceCall(ended(COMES), result({ recording: true }), NOW),
    recordingState: 'stored' as const,
    callerIdSource: 'destination' as const,
    callerId: '61491570156',
  };
  const purged = { ...call, ...advanceCall(call, { type: 'purged' }, NOW) };

  test('leaves no word about people', () => {
    const text = JSON.stringify(purged);
    for (const word of ['491570156', '255500100', 'Kim', 'Hello', 'order', 'Seven', '"people"']) {
      expect(text).not.toContain(word);
    }
    expect(purged).toMatchObject({ purgedAt: NOW, transcriptAt: null, recordingState: 'deleted' });
  });

  test('leaves the end, its times, and what keeps a repeated request from dialling again', () => {
    for (const name of [
      'id',
      'status',
      'endedAt',
      'answeredAt',
      'requestDigest',
      'fingerprint',
      'accountCode',
    ] as const) {
      expect(purged[name]).toEqual(call[name]);
    }
    expect(purged.outcome).toMatchObject({ end_reason: 'callee_hangup', talk_ms: 900 });
  });

  test('happens once, and never to a call that is open or waits for its result', () => {
    expect(advanceCall(purged, { type: 'purged' }, after(30_000))).toEqual({});
    expect(advanceCall(callIn('in_progress'), { type: 'purged' }, NOW)).toEqual({});
    expect(advanceCall(ended(COMES), { type: 'purged' }, NOW)).toEqual({});
  });

  test('is not undone by what comes late', () => {
    expect(advanceCall(purged, result(), after(30_000))).toEqual({});
    expect(advanceCall(purged, { type: 'recording_stored' }, after(30_000))).toEqual({});
    expect(advanceCall(purged, { type: 'leg_seen', leg: calleeLeg('late') }, after(30_000))).toEqual({});
    const late = { type: 'late_leg', legs: [calleeLeg('late')] } as const;
    expect(advanceCall(purged, late, after(30_000))).toEqual({ lateLeg: true });
  });
});
