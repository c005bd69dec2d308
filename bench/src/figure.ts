import { type Summary, summarize } from './statistics.ts';

/** One line of a table: the same measure of both sides. */
export type Figure = {
  readonly name: string;
  readonly unit: 'ms' | 'MiB';
  readonly ours: Summary;
  readonly floor: Summary;
  /** What we want to reach, and whether these figures do; `null`: told for its own sake. */
  readonly aim: { readonly text: string; readonly met: boolean } | null;
};

/** How our median compares with the floor's; below 1 is better for every measure here. */
export const ratioOf = ({ ours, floor }: Pick<Figure, 'ours' | 'floor'>): number =>
  ours.median / floor.median;

type Aim = { readonly median: number } | { readonly max: number } | { readonly ratio: number } | null;

const judge = (aim: Exclude<Aim, null>, unit: Figure['unit'], ours: Summary, floor: Summary) => {
  if ('median' in aim) return { text: `median ≤ ${aim.median} ${unit}`, met: ours.median <= aim.median };
  if ('max' in aim) return { text: `max ≤ ${aim.max} ${unit}`, met: ours.max <= aim.max };
  return { text: `≤ ${aim.ratio} × floor`, met: ratioOf({ ours, floor }) <= aim.ratio };
};

/** Makes a line of measured values. Throws when one side has none. */
export const figure = (
  name: string,
  unit: Figure['unit'],
  ours: readonly number[],
  floor: readonly number[],
  aim: Aim = null,
): Figure => {
  const sides = { ours: summarize(ours), floor: summarize(floor) };
  return { name, unit, ...sides, aim: aim === null ? null : judge(aim, unit, sides.ours, sides.floor) };
};
