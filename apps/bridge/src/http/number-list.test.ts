import { describe, expect, test } from 'vitest';
import { decodeText, linesOfCsv, linesOfJson } from './number-list.ts';

const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));

describe('a file as spreadsheets save it', () => {
  test.each([
    ['UTF-8', bytes('Müller')],
    ['UTF-8 with a mark', bytes([0xef, 0xbb, 0xbf], 'Müller')],
    ['UTF-16 little endian', bytes([0xff, 0xfe], [...Buffer.from('Müller', 'utf16le')])],
    ['UTF-16 big endian', bytes([0xfe, 0xff], [...Buffer.from('Müller', 'utf16le').swap16()])],
    ['Windows-1252', Uint8Array.from(Buffer.from('Müller', 'latin1'))],
  ])('%s', (_name, content) => {
    expect(decodeText(content)).toBe('Müller');
  });
});

describe('CSV', () => {
  const first = { line: 2, value: '0491570156', note: 'moved, twice' };
  test.each([
    ['commas', 'number,note\n0491570156,"moved, twice"\n'],
    ['semicolons', 'Phone Number;Reason\r\n0491570156;moved, twice\r\n'],
    ['tabs', 'name\tMobile No.\tcomment\nKim\t0491570156\tmoved, twice'],
    ['old Mac line ends', 'number,note\r0491570156,"moved, twice"\r'],
    ['a column that is only like a number', 'Customer;Phone (AH);note\nKim;0491570156;moved, twice'],
  ])('with %s', (_name, text) => {
    expect(linesOfCsv(text, null)).toEqual([first]);
  });

  test('the line that Excel puts first names what separates, and counts as a line', () => {
    expect(linesOfCsv('sep=;\r\nnumber;note\r\n0491570156;moved', null)).toEqual([
      { line: 3, value: '0491570156', note: 'moved' },
    ]);
  });

  test('without a header the first column that holds numbers is read', () => {
    expect(linesOfCsv('0491570156\n0491570157\n', null).map(({ line, value }) => [line, value])).toEqual([
      [1, '0491570156'],
      [2, '0491570157'],
    ]);
    expect(linesOfCsv('Kim,0491570156\nLee,\n', 'from paper')).toEqual([
      { line: 1, value: '0491570156', note: 'from paper' },
      { line: 2, value: '', note: 'from paper' },
    ]);
  });

  test('lines are those of the file: empty ones and quoted ones over two lines count', () => {
    const text = 'number,note\n\n;,\n0491570156,"over\ntwo"\nKim,\n';
    const found = linesOfCsv(text, null).map(({ line, value }) => [value, line]);
    expect(found).toContainEqual(['Kim', 6]);
  });

  test.each([
    ['="0491570156"', '0491570156'],
    ["'0491570156", '0491570156'],
    ['0491\u00a0570\u00a0156', '0491 570 156'],
    ['\u202a0491570156\u202c', '0491570156'],
    ['4.92E+08', '4.92E+08'],
  ])('%s is read as %s', (cell, value) => {
    expect(linesOfCsv(`number\n${cell}\n`, null)).toMatchObject([{ value }]);
  });

  test.each([
    ['', 'empty'],
    ['\n\n', 'empty'],
    ['Customer;City\nKim;Perth\n', 'names no column of numbers'],
    ['number,note\n0491570156,"open\n', 'cannot be read as CSV'],
  ])('%j is refused with a sentence', (text, detail) => {
    expect(() => linesOfCsv(text, null)).toThrow(detail);
  });
});

test('a JSON list holds texts or objects; everything else is left to be told by its line', () => {
  expect(linesOfJson(['0491570156', { number: '0491570157', note: 'moved' }, 5, null], 'n')).toEqual([
    { line: 1, value: '0491570156', note: 'n' },
    { line: 2, value: '0491570157', note: 'moved' },
    { line: 3, value: 5, note: 'n' },
    { line: 4, value: null, note: 'n' },
  ]);
  expect(() => linesOfJson([], null)).toThrow('empty');
});
