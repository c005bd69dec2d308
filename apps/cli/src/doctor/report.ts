import { styleText } from 'node:util';
import { printable } from '../layout.ts';
import { VERDICTS, type Verdict } from './check.ts';
import type { Result } from './run-checks.ts';

const COLORS = { pass: 'green', warn: 'yellow', fail: 'red', skipped: 'gray' } as const;
const VERDICT_WIDTH = 9;

/** One check for a person: the verdict, the name, what was seen, and under it how to mend it. */
export const resultLines = ({ id, verdict, seen, mend }: Result, idWidth: number): string => {
  const indent = ' '.repeat(VERDICT_WIDTH + idWidth + 2);
  const mark = styleText(COLORS[verdict], verdict.padEnd(VERDICT_WIDTH), { stream: process.stdout });
  const first = `${mark}${id.padEnd(idWidth)}  ${printable(seen)}`;
  return mend === null ? first : `${first}\n${indent}→ ${printable(mend)}`;
};

/** How many there are of each verdict. */
export const countsOf = (results: readonly Result[]): Readonly<Record<Verdict, number>> => {
  const counts = { pass: 0, warn: 0, fail: 0, skipped: 0 };
  for (const { verdict } of results) counts[verdict] += 1;
  return counts;
};

/** The closing line. */
export const summaryLine = (results: readonly Result[]): string => {
  const counts = countsOf(results);
  return VERDICTS.map((verdict) => `${counts[verdict]} ${verdict}`).join(', ');
};
