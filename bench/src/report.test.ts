import { describe, expect, test } from 'vitest';
import { figure, ratioOf } from './figure.ts';
import { intoPage } from './page.ts';
import { toMarkdown, toText } from './table.ts';

describe('a figure', () => {
  test('is judged by its aim: a median, a maximum, or a ratio of medians', () => {
    expect(figure('a', 'ms', [100, 200, 900], [400], { median: 200 }).aim).toEqual({
      text: 'median ≤ 200 ms',
      met: true,
    });
    expect(figure('a', 'ms', [20, 61], [20], { max: 60 }).aim?.met).toBe(false);
    expect(figure('a', 'ms', [111], [100], { ratio: 1.1 }).aim?.met).toBe(false);
    expect(figure('a', 'ms', [110], [100], { ratio: 1.1 }).aim?.met).toBe(true);
    expect(figure('a', 'MiB', [1], [2]).aim).toBeNull();
  });

  test('compares medians', () => {
    expect(ratioOf(figure('a', 'ms', [10, 20, 30], [40]))).toBe(0.5);
  });

  test('cannot be made when one side has no values', () => {
    expect(() => figure('a', 'ms', [], [1])).toThrow('Nothing was measured.');
  });
});

describe('the tables', () => {
  const figures = [
    figure('greeting', 'ms', [120], [480], { median: 150 }),
    figure('memory', 'MiB', [7], [14]),
  ];

  test('Markdown has a row for each figure and as many cells in each', () => {
    const lines = toMarkdown(figures).split('\n');
    expect(lines).toHaveLength(4);
    expect(new Set(lines.map((line) => line.split('|').length)).size).toBe(1);
    expect(lines[2]).toContain('| 120 ms | 120 ms | 120 ms | 480 ms |');
    expect(lines[2]).toContain('0.25 × | median ≤ 150 ms | met |');
  });

  test('the columns of the terminal stand under each other', () => {
    const [, first, second] = toText(figures).split('\n');
    expect(first?.indexOf('0.25 ×')).toBe(second?.indexOf('0.50 ×'));
  });
});

describe('the page', () => {
  const page = 'before\n<!-- pnpm bench voice -->\nold\n<!-- /pnpm bench voice -->\nafter';

  test('takes new figures in place of the old and keeps the rest', () => {
    expect(intoPage(page, 'voice', 'new')).toBe(page.replace('old', 'new'));
  });

  test('without the marks nothing is written', () => {
    expect(() => intoPage('before', 'voice', 'new')).toThrow('<!-- pnpm bench voice -->');
  });
});
