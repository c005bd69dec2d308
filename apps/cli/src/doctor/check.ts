import type { DoctorContext } from './context.ts';

/** What a check can come to. `warn`: calls work, or may work, though something should be mended. */
export const VERDICTS = ['pass', 'warn', 'fail', 'skipped'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** The answer of one check. */
export type Finding = {
  readonly verdict: Verdict;
  /** What was seen, as a sentence. */
  readonly seen: string;
  /** How to mend it, as sentences; `null` where there is nothing to mend. */
  readonly mend: string | null;
};

/** One thing that the doctor looks at. */
export type Check = {
  /** Its name in output, in `--only` and `--skip`, and in docs/doctor.md. */
  readonly id: string;
  /** Looks, within the context's limits; what it cannot look at is a finding, too. */
  readonly run: (context: DoctorContext) => Promise<Finding>;
};

export const pass = (seen: string): Finding => ({ verdict: 'pass', seen, mend: null });
export const warn = (seen: string, mend: string): Finding => ({ verdict: 'warn', seen, mend });
export const fail = (seen: string, mend: string): Finding => ({ verdict: 'fail', seen, mend });
export const skipped = (seen: string, mend: string | null = null): Finding => ({
  verdict: 'skipped',
  seen,
  mend,
});

const BADNESS: Readonly<Record<Verdict, number>> = { fail: 3, warn: 2, pass: 1, skipped: 0 };

/** Several findings as one: the worst verdict, and what led to it. */
export const worstOf = (findings: readonly Finding[]): Finding => {
  const worst = findings.toSorted((a, b) => BADNESS[b.verdict] - BADNESS[a.verdict])[0];
  if (worst === undefined) return skipped('There is nothing to look at.');
  const same = findings.filter(({ verdict }) => verdict === worst.verdict);
  const mends = [...new Set(same.map(({ mend }) => mend).filter((mend) => mend !== null))];
  return {
    verdict: worst.verdict,
    seen: same.map(({ seen }) => seen).join(' '),
    mend: mends.length === 0 ? null : mends.join(' '),
  };
};
