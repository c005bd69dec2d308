import { describe, expect, test } from 'vitest';
import { closingLines, isGreen, judgeRun, NOTHING_RUN, sum } from './results.mjs';

const failure = { name: 'a.test.ts > adds', message: 'expected 1 to be 2\n- 2\n+ 1' };
const green = { ...NOTHING_RUN, passed: 3 };

describe('a run that has ended', () => {
  test.each([
    ['all passed', green, { code: 0, signal: null }, []],
    ['a test failed', { ...green, failures: [failure] }, { code: 1, signal: null }, [failure]],
    [
      'it crashed',
      null,
      { code: 134, signal: null },
      [{ name: 'the run of the unit tests', message: 'it ended before it could report (exit code 134)' }],
    ],
    [
      'it was killed',
      null,
      { code: null, signal: 'SIGKILL' },
      [{ name: 'the run of the unit tests', message: 'it ended before it could report (ended by SIGKILL)' }],
    ],
    [
      'it ended early with success',
      null,
      { code: 0, signal: null },
      [{ name: 'the run of the unit tests', message: 'it ended before it could report (exit code 0)' }],
    ],
    [
      'it failed for no failed test',
      green,
      { code: 1, signal: null },
      [{ name: 'the run of the unit tests', message: 'it failed without a failed test (exit code 1)' }],
    ],
  ])('%s', (_, reported, exit, failures) => {
    expect(judgeRun('unit tests', reported, exit).failures).toEqual(failures);
  });
});

describe('the closing lines', () => {
  test('end with the sum, alone on its line', () => {
    expect(closingLines(sum([green, green])).at(-1)).toBe('6 passed, 0 failed');
  });

  test('name each failure', () => {
    expect(closingLines({ ...green, failures: [failure] })).toEqual([
      'FAILED   a.test.ts > adds\n         expected 1 to be 2',
      '3 passed, 1 failed',
    ]);
  });

  test('name each skipped test and why', () => {
    const lines = closingLines({
      ...green,
      skipped: [
        { name: 'b', why: 'no IPv6 here' },
        { name: 'c', why: null },
      ],
    });
    expect(lines).toEqual([
      'SKIPPED  b\n         no IPv6 here',
      'SKIPPED  c\n         no reason is given: say it in the test',
      '3 passed, 0 failed, 2 skipped',
    ]);
  });

  test('a run of nothing is a failure', () => {
    expect(closingLines(NOTHING_RUN).at(-1)).toBe('0 passed, 1 failed');
    expect(isGreen(NOTHING_RUN)).toBe(false);
  });
});
