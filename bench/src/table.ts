import { type Figure, ratioOf } from './figure.ts';
import type { Summary } from './statistics.ts';

const HEAD = ['measure', 'median', 'p95', 'max', 'floor: median', 'p95', 'max', 'ratio', 'aim', ''];

const inUnits = (value: number, unit: Figure['unit']): string => `${value.toFixed(0)} ${unit}`;
const cells = ({ median, p95, max }: Summary, unit: Figure['unit']): string[] =>
  [median, p95, max].map((value) => inUnits(value, unit));

const rowOf = (figure: Figure): string[] => [
  figure.name,
  ...cells(figure.ours, figure.unit),
  ...cells(figure.floor, figure.unit),
  `${ratioOf(figure).toFixed(2)} ×`,
  figure.aim?.text ?? '',
  figure.aim === null ? '' : figure.aim.met ? 'met' : 'missed',
];

/** The figures for a terminal, in columns. */
export const toText = (figures: readonly Figure[]): string => {
  const rows = [HEAD, ...figures.map(rowOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return column === 0 || column >= HEAD.length - 2 ? cell.padEnd(width) : cell.padStart(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

/** The same as a Markdown table. */
export const toMarkdown = (figures: readonly Figure[]): string => {
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  const rule = HEAD.map((_, column) => (column === 0 || column >= HEAD.length - 2 ? '---' : '---:'));
  return [HEAD, rule, ...figures.map(rowOf)].map(line).join('\n');
};
