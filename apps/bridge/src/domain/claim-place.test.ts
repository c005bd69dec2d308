import { expect, test } from 'vitest';
import { claimPlace, MAX_WAITING_FOR_GRANT, type TrunkLoad } from './claim-place.ts';

const claim = (load: Partial<TrunkLoad>, limits = { maxConcurrentCalls: 10, callsPerSecond: 4 }) =>
  claimPlace({ active: 0, waiting: 0, lastStartMsAgo: null, ...load }, limits);

test.each<[string, Partial<TrunkLoad>, ReturnType<typeof claimPlace>]>([
  ['an idle trunk', {}, { status: 'free' }],
  ['one place left', { active: 9 }, { status: 'free' }],
  ['every place taken', { active: 10 }, { status: 'full' }],
  ['a start just now', { active: 1, lastStartMsAgo: 100.5 }, { status: 'later', ms: 150 }],
  ['a start one pace ago', { active: 1, lastStartMsAgo: 250 }, { status: 'free' }],
  ['a start in the future, by a clock set back', { lastStartMsAgo: -9e9 }, { status: 'free' }],
  ['nearly too many without a grant', { active: 9, waiting: MAX_WAITING_FOR_GRANT - 1 }, { status: 'free' }],
  ['too many without a grant', { active: 9, waiting: MAX_WAITING_FOR_GRANT }, { status: 'full' }],
])('%s', (_name, load, expected) => {
  expect(claim(load)).toEqual(expected);
});
