import type { RailVerdict, RefusalCode } from './guard-rails.ts';

type Rail = RailVerdict['rail'];

/** A rail that holds. */
export const pass = (rail: Rail, detail: string): RailVerdict => ({
  rail,
  verdict: 'pass',
  code: null,
  detail,
  retryAt: null,
});

/** A rail that does not, what to do about it, and from when on it would hold, where time alone mends it. */
export const refuse = (
  rail: Rail,
  code: RefusalCode,
  detail: string,
  retryAt: Date | null = null,
): RailVerdict => ({ rail, verdict: 'refuse', code, detail, retryAt });

/** A rail that does not hold. */
export type Refusal = RailVerdict & { readonly code: RefusalCode };

/** Those of these rails that do not hold, in order. */
export const refusalsOf = (verdicts: readonly RailVerdict[]): readonly Refusal[] =>
  verdicts.filter((verdict): verdict is Refusal => verdict.code !== null);

/** The fields that refusals name where the rail is not called after one. */
const ABOUT_DESTINATION: readonly Rail[] = [
  'country',
  'number_type',
  'fictitious',
  'do_not_call',
  'calling_hours',
  'cool_down',
  'number_block',
];

const ABOUT_NO_FIELD: readonly Rail[] = ['calls_per_hour', 'calls_per_day', 'paused'];

/** The field of the request that a verdict is about; null: it is about no field. */
export const fieldOf = ({ rail }: RailVerdict): string | null => {
  if (ABOUT_DESTINATION.includes(rail)) return 'destination';
  return ABOUT_NO_FIELD.includes(rail) ? null : rail;
};
