import type { RailVerdict, RefusalCode } from './guard-rails.ts';

type Rail = RailVerdict['rail'];

/** A rail that holds. */
export const pass = (rail: Rail, detail: string): RailVerdict => ({
  rail,
  verdict: 'pass',
  code: null,
  detail,
});

/** A rail that does not, and what to do about it. */
export const refuse = (rail: Rail, code: RefusalCode, detail: string): RailVerdict => ({
  rail,
  verdict: 'refuse',
  code,
  detail,
});
