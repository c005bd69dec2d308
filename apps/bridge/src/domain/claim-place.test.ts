import { expect, test } from 'vitest';
import { claimPlace } from './claim-place.ts';

test.each([
  ['an idle trunk', 0, null, 4, 1, { status: 'free' }],
  ['one place left, pace kept', 3, 1_000, 4, 1, { status: 'free' }],
  ['no place left', 4, null, 4, 1, { status: 'full' }],
  ['more calls than places, after a restart with a lower limit', 9, null, 4, 1, { status: 'full' }],
  ['no place and no pace: a place comes first', 4, 0, 4, 1, { status: 'full' }],
  ['too early', 0, 400, 4, 1, { status: 'later', ms: 600 }],
  ['a hair too early', 0, 999.5, 4, 1, { status: 'later', ms: 1 }],
  ['several a second', 0, 100, 4, 5, { status: 'later', ms: 100 }],
  ['less than one a second', 0, 1_000, 4, 0.1, { status: 'later', ms: 9_000 }],
  ['a start in the future, left behind by a clock that was set back', 0, -600_000, 4, 1, { status: 'free' }],
] as const)('%s', (_name, active, lastStartMsAgo, maxConcurrentCalls, callsPerSecond, answer) => {
  expect(claimPlace({ active, lastStartMsAgo }, { maxConcurrentCalls, callsPerSecond })).toEqual(answer);
});
